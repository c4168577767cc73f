#pragma once

#include <memory>

#include "cli/command_context.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// The command line: every command with its flags, which is what --help, the manual and the completions tell.
/// `context` must outlive it.
std::unique_ptr<CLI::App> make_program(CommandContext& context);

}  // namespace vit_embed
