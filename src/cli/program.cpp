#include "cli/program.h"

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/config_option.h"
#include "cli/help_formatter.h"
#include "cli/version.h"

namespace vit_embed {
namespace {

constexpr const char* kDescription = "Turns images into Vision Transformer embeddings.";

constexpr const char* kFirstGroup = "Options";  // what CLI11 calls it changes with its version

constexpr const char* kHelpFooter =
    "'vit-embed COMMAND --help' lists its flags, 'man vit-embed-COMMAND' examples.";

constexpr const char* kFirstSteps =
    R"(vit-embed turns images into Vision Transformer embeddings, as Hugging Face does.

A model, once; an embedding for each image; the images that are most like one:

  vit-embed export google/vit-large-patch16-224-in21k -o model.pt
  vit-embed extract photos/ -m model.pt -o photos.npy
  vit-embed query photo.jpg --embeddings photos.npy -m model.pt

'vit-embed --help' lists all commands, 'vit-embed COMMAND --help' its flags.
)";

struct CommandGroup {
  const char* name;
  std::vector<void (*)(CLI::App&, CommandContext&)> add;
};

}  // namespace

std::unique_ptr<CLI::App> make_program(CommandContext& context) {
  auto program = std::make_unique<CLI::App>(kDescription, "vit-embed");
  program->formatter(std::make_shared<HelpFormatter>());
  program->option_defaults()->group(kFirstGroup);
  program->get_help_ptr()->group(kFirstGroup);
  program->set_version_flag("--version", version_text, "Print the versions of the program and its libraries");
  add_config_option(*program, context);
  program->require_subcommand(0, 1);
  const CommandGroup groups[] = {
      {"Embed", {add_export_command, add_extract_command, add_merge_command, add_verify_command}},
      {"Look", {add_query_command, add_info_command}},
      {"Stores", {add_sync_command, add_status_command, add_check_command, add_snapshot_command}}};
  for (const CommandGroup& group : groups) {
    for (const auto add : group.add) {
      add(*program, context);
      CLI::App* command = program->get_subcommands([](const CLI::App*) { return true; }).back();
      command->group(group.name);
      command->get_help_ptr()->group(kFirstGroup);
    }
  }
  program->footer(kHelpFooter);  // last, for commands take over what their program has
  return program;
}

std::string_view first_steps() {
  return kFirstSteps;
}

}  // namespace vit_embed
