#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output_folder.h"
#include "cli/run_progress.h"
#include "merge/merge.h"

namespace vit_embed {
namespace {

struct MergeFlags {
  MergeOptions options;
  std::string expect;
  bool quiet = false;
};

int run_merge(const MergeFlags& flags, Console& console) {
  MergeOptions options = flags.options;
  if (!flags.expect.empty()) options.expect = flags.expect;
  if (options.null_separated && !options.expect) throw UsageError("-0/--null goes with --expect");
  const std::optional<OutputFormat> format = output_format_of(options.output);
  if (!format) {
    throw UsageError(fmt::format("the format of '{}' is not known by its name: use .npy, .csv or .jsonl",
                                 options.output.native()));
  }
  options.format = *format;
  if (flags.quiet) console.set_level(LogLevel::warning);
  require_output_folder(options.output);
  const InterruptWatch interrupt;
  RunProgress progress(console, {.status_line = !flags.quiet});
  try {
    const RunCounts counts = merge(options, progress, console.log_sink(), interrupt.token());
    console.log(LogLevel::info,
                fmt::format("{}: {} shards, {} rows, {} failed, in {:.1f} s", options.output.native(),
                            options.shards.size(), counts.rows, counts.failures(), progress.seconds()));
    return kExitDone;
  } catch (const StoppedError& e) {
    console.log(LogLevel::warning, e.what());
    return 128 + interrupt.signal();
  }
}

}  // namespace

void add_merge_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<MergeFlags>();
  MergeOptions& options = flags->options;
  CLI::App* command = program.add_subcommand("merge", "Make one output of the shards of extract --shard");
  command->add_option("SHARDS", options.shards, "The .npy of every shard of one run")
      ->type_name("FILE")
      ->required();
  command->add_option("-o,--output", options.output, "The file to write: .npy, .csv or .jsonl")
      ->type_name("FILE")
      ->required();
  command
      ->add_option(
          "--expect", flags->expect,
          "Of a sharded list: the list, whose order the rows get. Of folders: images that must be "
          "there, one a line, as LC_ALL=C sort orders them. Of tars: tars that must be there. - for stdin")
      ->type_name("FILE");
  command->add_flag("-0,--null", options.null_separated, "The list's entries end with a NUL byte");
  command->add_flag("--allow-mixed", options.allow_mixed,
                    "Take shards of different engines or instruction sets");
  command->add_flag("-q,--quiet", flags->quiet, "Say nothing where all is well");
  command->callback(
      [flags, &context] { context.run = [flags, &context] { return run_merge(*flags, context.console); }; });
}

}  // namespace vit_embed
