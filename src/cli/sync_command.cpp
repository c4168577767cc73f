#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/commands.h"
#include "cli/compute_flags.h"
#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/input_flags.h"
#include "cli/preprocessing_flags.h"
#include "cli/row_flags.h"
#include "cli/run_progress.h"
#include "cli/standard_streams.h"
#include "cli/stderr_capture.h"
#include "sync/sync.h"

namespace vit_embed {
namespace {

/// The command line as typed, where it is not an option as it stands.
struct SyncFlags {
  SyncOptions options;
  ComputeFlags compute;
  DecodeFlags decode;
  PreprocessingFlags preprocessing;
  RowFlags rows;
  std::string max_delete;
  std::string max_failures = "0";
  std::string checkpoint = "60s";
  std::string time_budget;
  bool quiet = false;
  bool verbose = false;
};

/// A bare number counts files; with a unit it is a time.
void apply_checkpoint(const std::string& text, SyncOptions& options) {
  const bool is_count = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_count || text.empty()) {
    options.checkpoint_time = duration_from_string("--checkpoint", text);
    return;
  }
  const CountOrPercent files = count_or_percent_from_string(text);
  if (files.value < 1) throw UsageError("--checkpoint: one file at least");
  options.checkpoint_files = static_cast<std::size_t>(files.value);
}

/// The options that the flags stand for. Throws UsageError.
SyncOptions make_options(const SyncFlags& flags) {
  SyncOptions options = flags.options;
  apply_compute_flags(flags.compute, options.embedding);
  options.model_of_new_store = model_of_environment();
  apply_row_flags(flags.rows, options.embedding);
  options.embedding.decode = make_decode_options(flags.decode);
  options.embedding.preprocessing = make_preprocessing_options(flags.preprocessing);
  if (!flags.max_delete.empty()) options.max_delete = count_or_percent_from_string(flags.max_delete);
  apply_checkpoint(flags.checkpoint, options);
  if (!flags.time_budget.empty())
    options.time_budget = duration_from_string("--time-budget", flags.time_budget);
  const bool changes_roots = !options.roots.moved.empty() || !options.roots.forgotten.empty();
  if (options.roots.folders.empty() && !changes_roots && !options.prune && !options.abandon_migration)
    throw UsageError("give the folders whose images the store is to have");
  return options;
}

std::string said_of_migration(const SyncReport& report) {
  if (report.switched) return "; the migration is complete, readers see it from now on";
  if (report.migrating) return fmt::format("; migration: {} files to go", report.pending);
  return "";
}

std::string summary_of(const SyncReport& report, const std::string& store, double seconds) {
  const ChangeCounts& counts = report.counts;
  return fmt::format(
      "{}: {} added, {} changed, {} renamed, {} revived, {} deleted, {} failed ({} new), {} "
      "unchanged, in {:.1f} s{}{}",
      store, counts.added, counts.changed, counts.renamed, counts.revived, counts.deleted,
      counts.failed + report.failing, counts.new_failures, report.unchanged, seconds,
      report.pruned ? "; pruned" : "", said_of_migration(report));
}

void tell_dry_run(const SyncReport& report) {
  print_out("to read: {} files, new or changed\n", report.planned);
  print_out("gone or renamed: {}\n", report.vanished);
  print_out("failed before, left alone: {}\n", report.failing);
  print_out("unchanged: {}\n", report.unchanged);
  if (report.migrating) print_out("into a new generation, for these rows would be others\n");
}

int run_sync(const SyncFlags& flags, Console& console) {
  const SyncOptions options = make_options(flags);
  const CountOrPercent max_failures = count_or_percent_from_string(flags.max_failures);
  if (flags.quiet) console.set_level(LogLevel::warning);
  if (flags.verbose) console.set_level(LogLevel::debug);
  const LogSink log = console.log_sink();
  const InterruptWatch interrupt;
  std::optional<StderrCapture> capture;
  const RuntimeOpener opener = [&] {
    capture.emplace(log);
    return open_runtime(log);
  };
  SyncReport report;
  double seconds = 0;
  {
    RunProgress progress(console, {.status_line = !flags.quiet, .failure_list = "the store"});
    const auto start = std::chrono::steady_clock::now();
    report = sync(options, opener, progress, log, interrupt.token());
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  if (options.dry_run && !report.interrupted) {
    if (report.out_of_time) throw StoppedError("the time was up before the folders were looked at");
    tell_dry_run(report);
    return kExitDone;
  }
  if (report.random_weights && report.planned > 0)
    console.log(LogLevel::info, "RANDOM WEIGHTS: these embeddings mean nothing");
  console.log(LogLevel::info, summary_of(report, options.store.native(), seconds));
  if (report.interrupted) {
    console.log(LogLevel::warning, "stopped; the next run goes on from here");
    return 128 + interrupt.signal();
  }
  if (!report.refused.empty()) throw RefusedError(report.refused);
  if (report.out_of_time) console.log(LogLevel::info, "the time is up; the next run goes on from here");
  return max_failures.allows(report.counts.new_failures, report.seen) ? kExitDone : kExitImagesFailed;
}

void add_store_flags(CLI::App& command, SyncFlags& flags) {
  SyncOptions& options = flags.options;
  command.add_option("DIRS", options.roots.folders, "The folders, each a root of its own")->type_name("DIR");
  command.add_option("--store", options.store, "The store, made where it is missing")
      ->type_name("DIR")
      ->required();
  command.add_flag("!--no-create", options.create, "Fail where the store is missing, as if its disk were")
      ->group("Store");
  command.add_flag("--prune", options.prune, "At the end, drop what was deleted")->group("Store");
  command
      .add_flag("--migrate", options.migrate,
                "Where the rows would be others: build them beside the old, then switch over")
      ->group("Store");
  command.add_flag("--abandon-migration", options.abandon_migration, "Drop the one that is under way")
      ->group("Store");
  command.add_option("--root", options.roots.moved, "A folder was moved, its files are the same")
      ->type_name("OLD=NEW")
      ->allow_extra_args(false)
      ->group("Store");
  command.add_option("--forget-root", options.roots.forgotten, "Forget a folder and its files")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->group("Store");
  command
      .add_option("--max-delete", flags.max_delete,
                  "Refuse the run where more files of a root are gone, N or P%; else 10% or 10")
      ->type_name("N|P%")
      ->group("Store");
}

void add_run_flags(CLI::App& command, SyncFlags& flags) {
  SyncOptions& options = flags.options;
  command.add_option("--max-failures", flags.max_failures, "Exit with 0 up to so many new failures, N or P%")
      ->type_name("N|P%")
      ->capture_default_str()
      ->group("Failures");
  command.add_flag("--retry-failed", options.retry_failed, "Also read again what failed for good")
      ->group("Failures");
  command.add_option("--checkpoint", flags.checkpoint, "What a killed run loses at most: 1000 files, or 60s")
      ->type_name("N|DURATION")
      ->capture_default_str()
      ->group("Run");
  command.add_option("--time-budget", flags.time_budget, "Stop after 50m, say; the next run goes on")
      ->type_name("DURATION")
      ->group("Run");
  command.add_flag("--dry-run", options.dry_run, "Tell what would be done; change nothing")->group("Run");
  command.add_flag("-q,--quiet", flags.quiet, "Say nothing where all is well")->group("Run");
  command.add_flag("-v,--verbose", flags.verbose, "Also what the libraries say")->group("Run");
}

}  // namespace

void add_sync_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<SyncFlags>();
  CLI::App* command = program.add_subcommand("sync", "Keep the embeddings of folders fresh");
  add_store_flags(*command, *flags);
  add_folder_flags(*command, flags->options.folders);
  add_decode_flags(*command, flags->decode);
  add_compute_flags(*command, flags->compute, ModelChoice::by_flags_or_store);
  add_preprocessing_flags(*command, flags->preprocessing);
  add_row_flags(*command, flags->rows, FeatureCount::one);
  add_run_flags(*command, *flags);
  command->callback(
      [flags, &context] { context.run = [flags, &context] { return run_sync(*flags, context.console); }; });
}

}  // namespace vit_embed
