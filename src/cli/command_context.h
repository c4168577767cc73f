#pragma once

#include <functional>
#include <memory>

#include "cli/console.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// What every command has to hand.
struct CommandContext {
  Console console;
  /// Set by the command that was parsed; called once, returns the exit code.
  std::function<int()> run;
};

}  // namespace vit_embed
