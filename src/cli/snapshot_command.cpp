#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output_folder.h"
#include "sync/store_snapshot.h"

namespace vit_embed {
namespace {

struct SnapshotFlags {
  SnapshotOptions options;
  bool quiet = false;
};

int run_snapshot(const SnapshotFlags& flags, Console& console) {
  SnapshotOptions options = flags.options;
  const std::optional<OutputFormat> format = output_format_of(options.output);
  if (!format) {
    throw UsageError(fmt::format("the format of '{}' is not known by its name: use .npy, .csv or .jsonl",
                                 options.output.native()));
  }
  options.format = *format;
  require_output_folder(options.output);
  if (flags.quiet) console.set_level(LogLevel::warning);
  const std::uint64_t files = write_snapshot(options, console.log_sink());
  console.log(LogLevel::info, fmt::format("{}: {} rows", options.output.native(), files));
  return kExitDone;
}

}  // namespace

void add_snapshot_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<SnapshotFlags>();
  CLI::App* command = program.add_subcommand("snapshot", "Write what a store has as extract would");
  command->add_option("STORE", flags->options.store, "A store that vit-embed sync keeps")
      ->type_name("DIR")
      ->required();
  command->add_option("-o,--output", flags->options.output, "The file to write: .npy, .csv or .jsonl")
      ->type_name("FILE")
      ->required();
  command->add_flag("-q,--quiet", flags->quiet, "Say nothing where all is well");
  command->callback([flags, &context] {
    context.run = [flags, &context] { return run_snapshot(*flags, context.console); };
  });
}

}  // namespace vit_embed
