#include "cli/program.h"

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/version.h"

namespace vit_embed {
namespace {

constexpr const char* kDescription =
    "Turns images into Vision Transformer embeddings.\n\n"
    "  vit-embed export ORG/NAME -o model.pt            a model file from the Hub, or from a directory\n"
    "  vit-embed extract photos/ -m model.pt -o x.npy   an embedding for each image\n"
    "  vit-embed sync photos/ --store store -m model.pt\n"
    "                                                   the same, kept fresh by cron\n"
    "  vit-embed query photo.jpg --embeddings x.npy -m model.pt\n"
    "                                                   the images that are most like it\n"
    "  vit-embed merge shard-*.npy -o x.npy             one output of the shards of extract --shard\n"
    "  vit-embed verify photos/ -m model.pt --precision int8\n"
    "                                                   what a faster way costs, on your images\n"
    "  vit-embed info x.npy                             what made a file, and whether it is whole";

}  // namespace

std::unique_ptr<CLI::App> make_program(CommandContext& context) {
  auto program = std::make_unique<CLI::App>(kDescription, "vit-embed");
  program->set_version_flag("--version", version_text, "Print the versions of the program and its libraries");
  program->require_subcommand(0, 1);
  program->get_formatter()->column_width(36);
  add_export_command(*program, context);
  add_extract_command(*program, context);
  add_sync_command(*program, context);
  add_status_command(*program, context);
  add_check_command(*program, context);
  add_snapshot_command(*program, context);
  add_query_command(*program, context);
  add_verify_command(*program, context);
  add_info_command(*program, context);
  add_merge_command(*program, context);
  return program;
}

}  // namespace vit_embed
