#pragma once

#include <memory>
#include <string_view>

#include "cli/command_context.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// The command line: every command with its flags, which is what --help, the manual and the completions tell.
/// `context` must outlive it.
std::unique_ptr<CLI::App> make_program(CommandContext& context);

/// What is said where no command is given: what the program is for, and the commands that one needs.
std::string_view first_steps();

}  // namespace vit_embed
