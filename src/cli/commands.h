#pragma once

#include "cli/command_context.h"

namespace CLI {
class App;
}

// One file a command. Each adds its flags to the program; when they are parsed it sets `context.run`, which
// fills an options struct and makes one call. `context` must outlive the program's run.

namespace vit_embed {

void add_check_command(CLI::App& program, CommandContext& context);
void add_export_command(CLI::App& program, CommandContext& context);
void add_extract_command(CLI::App& program, CommandContext& context);
void add_info_command(CLI::App& program, CommandContext& context);
void add_merge_command(CLI::App& program, CommandContext& context);
void add_query_command(CLI::App& program, CommandContext& context);
void add_snapshot_command(CLI::App& program, CommandContext& context);
void add_status_command(CLI::App& program, CommandContext& context);
void add_sync_command(CLI::App& program, CommandContext& context);
void add_verify_command(CLI::App& program, CommandContext& context);

}  // namespace vit_embed
