#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/commands.h"
#include "cli/compute_flags.h"
#include "cli/exit_code.h"
#include "cli/output_folder.h"
#include "cli/query_report.h"
#include "cli/standard_streams.h"
#include "cli/stderr_capture.h"
#include "query/contact_sheet.h"
#include "query/query.h"
#include "query/store_embeddings.h"

namespace vit_embed {
namespace {

constexpr int kThumbnailSide = 256;  // pixels

struct QueryFlags {
  InputOptions inputs;
  ComputeFlags compute;
  std::filesystem::path store;
  std::filesystem::path embeddings;
  std::size_t most = 10;
  std::string format = "text";
  std::filesystem::path html;
  bool quiet = false;
  bool verbose = false;
};

IndexedEmbeddings open_embeddings(const QueryFlags& flags) {
  if (flags.store.empty() == flags.embeddings.empty())
    throw UsageError("give what to search: --store STORE or --embeddings X.npy");
  return flags.store.empty() ? open_published_embeddings(flags.embeddings)
                             : open_store_embeddings(flags.store);
}

QueryOptions make_options(const QueryFlags& flags, const IndexedEmbeddings& rows) {
  QueryOptions options;
  apply_compute_flags(flags.compute, options.embedding);
  options.inputs = flags.inputs;
  if (options.embedding.model.empty()) options.embedding.model = rows.model;
  if (options.embedding.model.empty()) options.embedding.model = model_of_environment();
  if (options.embedding.model.empty())
    throw UsageError(fmt::format(
        "-m/--model: '{}' does not say which model file made it; give that, or set VIT_EMBED_MODEL",
        rows.source.native()));
  options.most = flags.most;
  if (!flags.html.empty()) options.thumbnail_side = kThumbnailSide;
  return options;
}

std::string report_in(const std::string& format, const std::vector<QueryAnswer>& answers) {
  if (format == "csv") return answers_as_csv(answers);
  return format == "json" ? answers_as_json(answers) : answers_as_text(answers);
}

void warn(const QueryReport& report, Console& console) {
  for (const QueryAnswer& answer : report.answers) {
    if (answer.failure)
      console.log(LogLevel::warning, fmt::format("'{}': {}", answer.name, answer.failure->reason));
  }
  if (report.random_weights) console.log(LogLevel::warning, "RANDOM WEIGHTS: these embeddings mean nothing");
}

void write_html(const QueryFlags& flags, const IndexedEmbeddings& rows, const QueryReport& report,
                const QueryOptions& options, const Runtime& runtime, std::stop_token stop) {
  if (flags.html.empty()) return;
  TileOptions tiles;
  tiles.side = kThumbnailSide;
  tiles.decode.allow_truncated = rows.fingerprint && rows.fingerprint->truncated_padded;
  tiles.decode.max_pixels = rows.max_pixels;
  tiles.num_threads = options.embedding.num_threads;
  write_contact_sheet(flags.html, rows, report, tiles, runtime, stop);
}

int run_query(const QueryFlags& flags, Console& console) {
  if (flags.quiet) console.set_level(LogLevel::error);
  if (flags.verbose) console.set_level(LogLevel::debug);
  if (!flags.html.empty()) require_output_folder(flags.html);
  const IndexedEmbeddings rows = open_embeddings(flags);
  const QueryOptions options = make_options(flags, rows);
  const LogSink log = console.log_sink();
  const InterruptWatch interrupt;
  const StderrCapture capture(log);
  const std::unique_ptr<Runtime> runtime = open_runtime(log);
  const QueryReport report = query(rows, options, *runtime, log, interrupt.token());
  if (!report.interrupted) {
    warn(report, console);
    write_to_stdout(report_in(flags.format, report.answers));
    write_html(flags, rows, report, options, *runtime, interrupt.token());
  }
  if (interrupt.signal() != 0) return 128 + interrupt.signal();
  return std::ranges::any_of(report.answers, [](const QueryAnswer& a) { return a.failure.has_value(); })
             ? kExitImagesFailed
             : kExitDone;
}

void add_query_flags(CLI::App& command, QueryFlags& flags) {
  command
      .add_option("IMAGES", flags.inputs.paths, "Files, folders, tars, or - for an image or a tar on stdin")
      ->type_name("FILE");
  command.add_option("--store", flags.store, "Search a store that vit-embed sync keeps")->type_name("DIR");
  command.add_option("--embeddings", flags.embeddings, "Search an .npy that vit-embed extract made")
      ->type_name("FILE");
  command.add_option("-k", flags.most, "So many images for each query")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command.add_option("--format", flags.format, "text, csv or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "csv", "json"}));
  command.add_option("--html", flags.html, "Also write a page with the pictures")->type_name("FILE");
  command.add_flag("-q,--quiet", flags.quiet, "Nothing but what was found and errors")->group("Run");
  command.add_flag("-v,--verbose", flags.verbose, "Also what the libraries say")->group("Run");
}

}  // namespace

void add_query_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<QueryFlags>();
  CLI::App* command = program.add_subcommand("query", "Find the images that are most like others");
  add_query_flags(*command, *flags);
  add_compute_flags(*command, flags->compute, ModelChoice::by_rows);
  command->callback(
      [flags, &context] { context.run = [flags, &context] { return run_query(*flags, context.console); }; });
}

}  // namespace vit_embed
