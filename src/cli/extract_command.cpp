#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/commands.h"
#include "cli/compute_flags.h"
#include "cli/exit_code.h"
#include "cli/input_flags.h"
#include "cli/output_folder.h"
#include "cli/preprocessing_flags.h"
#include "cli/row_flags.h"
#include "cli/run_progress.h"
#include "cli/standard_streams.h"
#include "cli/stderr_capture.h"
#include "formats/count_or_percent.h"
#include "pipeline/dry_run.h"
#include "pipeline/extract.h"

namespace vit_embed {
namespace {

/// The command line as typed, where it is not an option as it stands.
struct ExtractFlags {
  ExtractOptions options;
  InputFlags inputs;
  ComputeFlags compute;
  RowFlags rows;
  PreprocessingFlags preprocessing;
  std::string format;
  std::string labels;
  std::string shard;
  std::string on_error = "skip";
  std::string max_failures = "0";
  bool dry_run = false;
  bool quiet = false;
  bool verbose = false;
  bool within_verify = false;  ///< which says itself what became of the images, and shows the status
};

OutputFormat choose_format(const ExtractFlags& flags) {
  const bool streams = flags.options.streams();
  const std::optional<OutputFormat> format = !flags.format.empty() ? output_format_from_string(flags.format)
                                             : streams             ? OutputFormat::csv
                                                                   : output_format_of(flags.options.output);
  if (!format) {
    throw UsageError(
        fmt::format("the format of '{}' is not known by its name: use .npy, .csv, .jsonl, or --format",
                    flags.options.output.native()));
  }
  if (streams && *format == OutputFormat::npy) {
    throw UsageError(
        "npy cannot be streamed, for its header needs the count: use --format csv or jsonl, or a file");
  }
  return *format;
}

void check_features(const ExtractOptions& options) {
  if (options.streams() && options.features.size() > 1) throw UsageError("only one feature can be streamed");
  if (options.format != OutputFormat::npy && std::ranges::count(options.features, Feature::tokens) > 0) {
    throw UsageError("--feature tokens goes to .npy only");
  }
}

/// The options that the flags stand for. Throws UsageError.
ExtractOptions make_options(const ExtractFlags& flags) {
  ExtractOptions options = flags.options;
  options.inputs = make_input_options(flags.inputs);
  if (!flags.labels.empty()) options.inputs.labels = Labels::folder;
  if (!flags.shard.empty()) options.inputs.shard = shard_from_string(flags.shard);
  options.preprocessing = make_preprocessing_options(flags.preprocessing);
  apply_compute_flags(flags.compute, options);
  options.format = choose_format(flags);
  apply_row_flags(flags.rows, options);
  check_features(options);
  options.on_error = flags.on_error == "nan"    ? OnError::nan
                     : flags.on_error == "fail" ? OnError::fail
                                                : OnError::skip;
  options.decode = make_decode_options(flags.inputs.decode);
  return options;
}

int run_dry(const ExtractOptions& options, const RuntimeOpener& opener, std::stop_token stop) {
  const DryRunReport report = dry_run(options, opener, stop);
  print_out("inputs: {} ({:.1f} MiB)\n", report.inputs, static_cast<double>(report.input_bytes) / (1 << 20));
  print_out("output: about {:.1f} MiB\n", report.output_bytes / (1 << 20));
  if (report.seconds_per_image == 0) {
    print_out("time: unknown, for none of the first images could be embedded\n");
  } else {
    print_out("time: about {} ({:.4f} s an image)\n",
              spelled_duration(report.seconds_per_image * static_cast<double>(report.inputs)),
              report.seconds_per_image);
  }
  return kExitDone;
}

void summarize(const ExtractReport& report, const ExtractOptions& options, const RunProgress& progress,
               Console& console) {
  const std::string output = options.streams() ? "stdout" : options.output.native();
  const RunCounts& counts = report.counts;
  if (report.up_to_date) {
    const std::string in_passing =
        counts.transient_failures == 0
            ? ""
            : fmt::format(", {} in passing (--restart tries again)", counts.transient_failures);
    console.log(LogLevel::info, fmt::format("{}: up to date, {} rows, {} failed{}", output, counts.rows,
                                            counts.failures(), in_passing));
    return;
  }
  const double seconds = progress.seconds();
  const std::string rate = fmt::format("{:.1f} s, {:.2f} images/s", seconds,
                                       static_cast<double>(progress.done_now()) / std::max(seconds, 1e-3));
  if (report.interrupted) {
    console.log(LogLevel::warning,
                fmt::format("stopped: {} images done, {} failed, in {}{}", counts.inputs, counts.failures(),
                            rate, options.streams() ? "" : "; the same command goes on from here"));
    return;
  }
  console.log(LogLevel::info,
              fmt::format("{}: {} rows, {} failed, in {}", output, counts.rows, counts.failures(), rate));
}

int run_extract(const ExtractFlags& flags, Console& console) {
  const ExtractOptions options = make_options(flags);
  const CountOrPercent max_failures = count_or_percent_from_string(flags.max_failures);
  if (flags.quiet) console.set_level(LogLevel::error);
  if (flags.verbose) console.set_level(LogLevel::debug);
  if (!options.streams()) require_output_folder(options.output);
  const LogSink log = console.log_sink();
  const InterruptWatch interrupt;
  std::optional<StderrCapture> capture;
  const RuntimeOpener opener = [&] {
    capture.emplace(log);
    return open_runtime(log);
  };
  if (flags.dry_run) return run_dry(options, opener, interrupt.token());
  if (flags.within_verify) console.pass_status_on();
  RunProgress progress(console, {.status_line = !flags.quiet,
                                 .failures = !flags.within_verify,
                                 .failure_list = options.streams() ? "" : "the failure list"});
  const ExtractReport report = extract(options, opener, progress, log, interrupt.token());
  if (report.random_weights) {
    console.log(LogLevel::warning, "RANDOM WEIGHTS: these embeddings mean nothing");
  }
  if (!flags.within_verify) summarize(report, options, progress, console);
  if (report.interrupted) return 128 + interrupt.signal();
  if (report.up_to_date) return kExitDone;
  return max_failures.allows(report.counts.failures(), report.counts.inputs) ? kExitDone : kExitImagesFailed;
}

void add_shard_flag(CLI::App& command, ExtractFlags& flags) {
  command
      .add_option("--shard", flags.shard,
                  "Only part I of N, I from 0, of the folders, the list or the tars; see merge")
      ->type_name("I/N")
      ->group("Inputs");
}

void add_output_flags(CLI::App& command, ExtractFlags& flags) {
  ExtractOptions& options = flags.options;
  command.add_option("-o,--output", options.output, "The file to write: .npy, .csv, .jsonl, or - for stdout")
      ->type_name("FILE")
      ->required();
  command.add_option("--format", flags.format, "npy, csv or jsonl, whatever the output is called")
      ->check(CLI::IsMember({"npy", "csv", "jsonl"}))
      ->group("Output");
  add_row_flags(command, flags.rows, FeatureCount::several);
  command
      .add_option("--labels", flags.labels,
                  "A column `label` in the index: the name of the folder that the image is in (folder)")
      ->check(CLI::IsMember({"folder"}))
      ->group("Output");
  command.add_flag("--restart", options.restart, "Discard an unfinished run and make a finished output anew")
      ->group("Output");
  command
      .add_flag("--allow-mixed", options.allow_mixed, "Go on from a run of another engine or instruction set")
      ->group("Output");
}

void add_failure_flags(CLI::App& command, ExtractFlags& flags) {
  command
      .add_option("--on-error", flags.on_error,
                  "A failed image has no row (skip), a row of NaN (nan), or ends the run (fail)")
      ->capture_default_str()
      ->check(CLI::IsMember({"skip", "nan", "fail"}))
      ->group("Failures");
  command.add_option("--failures", flags.options.failures, "Write the list of failed images here too")
      ->type_name("FILE")
      ->group("Failures");
  command
      .add_option("--max-failures", flags.max_failures, "Exit with 0 up to so many failed images, N or P%")
      ->type_name("N|P%")
      ->capture_default_str()
      ->group("Failures");
}

void add_run_flags(CLI::App& command, ExtractFlags& flags) {
  command
      .add_flag("--dry-run", flags.dry_run,
                "Tell how many images, how large an output and how long; write nothing")
      ->group("Run");
  command.add_flag("-q,--quiet", flags.quiet, "Say nothing but errors")->group("Run");
  command.add_flag("-v,--verbose", flags.verbose, "Also what the libraries say")->group("Run");
  // For verify_command.cpp, and not in --help.
  command.add_flag("--within-verify", flags.within_verify)->group("");
}

}  // namespace

void add_extract_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<ExtractFlags>();
  CLI::App* command = program.add_subcommand("extract", "Embed images");
  add_input_flags(*command, flags->inputs, ImageOnStdin::allowed);
  add_shard_flag(*command, *flags);
  add_compute_flags(*command, flags->compute);
  add_run_flags(*command, *flags);
  add_preprocessing_flags(*command, flags->preprocessing);
  add_output_flags(*command, *flags);
  add_failure_flags(*command, *flags);
  command->callback([flags, &context] {
    context.run = [flags, &context] { return run_extract(*flags, context.console); };
  });
}

}  // namespace vit_embed
