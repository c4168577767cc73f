#pragma once

#include "cli/command_context.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// --config FILE, before the command: flags that the command line does not say are taken from the section of
/// the command, and go before the environment. The other sections have to be right, too, but run nothing.
/// context.from_config tells what was taken. `context` and `program` must outlive the parsing.
void add_config_option(CLI::App& program, CommandContext& context);

}  // namespace vit_embed
