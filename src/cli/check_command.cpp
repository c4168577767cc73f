#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "base/interrupt.h"
#include "cli/commands.h"
#include "cli/compute_flags.h"
#include "cli/exit_code.h"
#include "cli/printable.h"
#include "cli/standard_streams.h"
#include "cli/stderr_capture.h"
#include "store/store_check.h"
#include "sync/reproduce.h"

namespace vit_embed {
namespace {

struct CheckFlags {
  std::filesystem::path store;
  std::string reproduce;
  ComputeFlags compute;
  bool quiet = false;
  bool verbose = false;
};

void tell(const CheckReport& report, Console& console) {
  for (const std::string& note : report.notes()) console.log(LogLevel::info, note);
  for (const std::string& problem : report.problems()) print_out("{}\n", printable_name(problem));
}

/// What it finds of the sample, for the line that says that all is well.
std::string reproduce_sample(const CheckFlags& flags, const CountOrPercent& sample, Console& console,
                             std::stop_token stop, CheckReport& report) {
  ReproduceOptions options{.embedding = {}, .store = flags.store, .sample = sample};
  apply_compute_flags(flags.compute, options.embedding);
  const LogSink log = console.log_sink();
  const StderrCapture capture(log);
  ReproduceReport found = reproduce(
      options, [&] { return open_runtime(log); }, stop);
  tell(found.problems, console);
  report.merge(std::move(found.problems));
  return fmt::format(
      "; {} embedded again: {} to the same bytes, {} as near as rounding lets, {} changed or gone",
      found.same_bytes + found.close, found.same_bytes, found.close, found.skipped);
}

int run_check(const CheckFlags& flags, Console& console) {
  std::optional<CountOrPercent> sample;
  if (!flags.reproduce.empty()) sample = count_or_percent_from_string(flags.reproduce);
  if (flags.quiet) console.set_level(LogLevel::warning);
  if (flags.verbose) console.set_level(LogLevel::debug);
  StoreCheck check = check_store(StoreDirectory(flags.store));
  tell(check.report, console);
  std::string reproduced;
  if (sample) {
    const InterruptWatch interrupt;
    reproduced = reproduce_sample(flags, *sample, console, interrupt.token(), check.report);
    if (interrupt.signal() != 0) return 128 + interrupt.signal();
  }
  if (!check.report.is_well()) {
    if (!flags.quiet)
      print_out("{}: {} problem{} found\n", flags.store.native(), check.report.count(),
                check.report.count() == 1 ? "" : "s");
    return kExitCheckFailed;
  }
  if (!flags.quiet) {
    print_out("{}: all is well: {} rows, {} files{}\n", flags.store.native(), check.rows, check.files,
              reproduced);
  }
  return kExitDone;
}

}  // namespace

void add_check_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<CheckFlags>();
  CLI::App* command = program.add_subcommand("check", "Find what is damaged in a store");
  command->add_option("STORE", flags->store, "A store that vit-embed sync keeps")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--reproduce", flags->reproduce,
                   "Also embed so many of its files again, N or P%, and compare")
      ->type_name("N|P%");
  command->add_flag("-q,--quiet", flags->quiet, "Say nothing where all is well")->group("Run");
  command->add_flag("-v,--verbose", flags->verbose, "Also what the libraries say")->group("Run");
  add_compute_flags(*command, flags->compute, ModelChoice::by_store);
  command->callback(
      [flags, &context] { context.run = [flags, &context] { return run_check(*flags, context.console); }; });
}

}  // namespace vit_embed
