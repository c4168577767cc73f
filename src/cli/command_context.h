#pragma once

#include <functional>
#include <memory>

#include "cli/console.h"
#include "cli/flags_from_config.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// What every command has to hand.
struct CommandContext {
  Console console;
  FlagsFromConfig from_config;
  /// Set by the command that was parsed; called once, returns the exit code.
  std::function<int()> run;
};

}  // namespace vit_embed
