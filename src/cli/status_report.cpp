#include "cli/status_report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/printable.h"

namespace vit_embed {
namespace {

using nlohmann::json;

constexpr std::int64_t kMinute = 60;  // seconds
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

/// In the largest unit that has two of them.
std::string spelled(std::int64_t seconds) {
  if (seconds >= 2 * kDay) return fmt::format("{} days", seconds / kDay);
  if (seconds >= 2 * kHour) return fmt::format("{} hours", seconds / kHour);
  if (seconds >= 2 * kMinute) return fmt::format("{} minutes", seconds / kMinute);
  return fmt::format("{} s", seconds);
}

std::string utc(std::int64_t time) {
  return fmt::format("{:%FT%TZ}", fmt::gmtime(static_cast<std::time_t>(time)));
}

/// Rounded down, so that 100% says all.
std::string percent(double share) {
  return fmt::format("{:.2f}%", std::floor(share * 1e4) / 1e2);
}

std::string counted(const FileCounts& counts) {
  std::string text = fmt::format("{} live", counts.live);
  if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
  if (counts.pending > 0) text += fmt::format(", {} pending", counts.pending);
  if (counts.deleted > 0) text += fmt::format(", {} deleted", counts.deleted);
  return text;
}

std::string failures(const GenerationStatus& status) {
  std::string text;
  if (status.counts.failed > 0) {
    text += fmt::format("failed:       {} for good, {} in passing\n", status.permanent_failures,
                        status.counts.failed - status.permanent_failures);
  }
  if (status.unseen > 0)
    text += fmt::format("unseen:       {} live files could not be looked at since\n", status.unseen);
  return text;
}

std::string rows(const GenerationStatus& status) {
  return fmt::format("rows:         {} of {} numbers{}\n", status.rows, status.info.row_size,
                     status.dead_rows > 0 ? fmt::format(", {} of them dead", status.dead_rows) : "");
}

std::string model(const GenerationInfo& info) {
  return fmt::format("{}{}{}", printable_name(info.model_source),
                     info.model_revision.empty() ? "" : " at " + printable_name(info.model_revision),
                     info.random_weights ? ", RANDOM WEIGHTS: embeddings mean nothing" : "");
}

std::string feature(const Fingerprint& made) {
  return fmt::format("{}{}, {}, computed in {}", to_string(made.feature),
                     made.l2_normalized ? ", length 1" : "", to_string(made.dtype),
                     to_string(made.precision));
}

std::string roots(const GenerationStatus& status) {
  std::string text;
  for (const RootStatus& root : status.roots) {
    text += fmt::format("{:<14}{}{}: {}\n", text.empty() ? "roots:" : "", printable_name(root.root.path),
                        root.root.mount_point ? " (a mount point)" : "", counted(root.counts));
  }
  return text;
}

std::string run(const char* name, const RunEntry& run, std::int64_t now) {
  const ChangeCounts& c = run.counts;
  return fmt::format(
      "{:<14}{}, {}, {} ago: {} added, {} changed, {} renamed, {} revived, {} deleted, {} failed, in {}\n",
      name, run.outcome, utc(run.finished), spelled(now - run.finished), c.added, c.changed, c.renamed,
      c.revived, c.deleted, c.failed, spelled(run.finished - run.started));
}

std::string runs(const GenerationStatus& status, std::int64_t now) {
  if (!status.last_run) return "last run:     none was done\n";
  std::string text = run("last run:", *status.last_run, now);
  if (status.last_run->outcome == "done") return text;
  return text + (status.last_done ? run("last done:", *status.last_done, now) : "last done:    none yet\n");
}

std::string migration(const GenerationStatus& next) {
  return fmt::format("migration:    to {}: {}\n              {} by {}\n", next.path.filename().native(),
                     counted(next.counts), feature(next.info.fingerprint), model(next.info));
}

json counts_to_json(const FileCounts& counts) {
  return {{"live", counts.live},
          {"failed", counts.failed},
          {"deleted", counts.deleted},
          {"pending", counts.pending},
          {"coverage", counts.coverage()}};
}

json run_to_json(const std::optional<RunEntry>& run) {
  if (!run) return {};
  const ChangeCounts& c = run->counts;
  return {{"started", utc(run->started)},
          {"finished", utc(run->finished)},
          {"outcome", run->outcome},
          {"added", c.added},
          {"changed", c.changed},
          {"renamed", c.renamed},
          {"revived", c.revived},
          {"deleted", c.deleted},
          {"failed", c.failed}};
}

json generation_to_json(const GenerationStatus& status) {
  json roots = json::array();
  for (const RootStatus& root : status.roots) {
    roots.push_back({{"path", root.root.path},
                     {"mount_point", root.root.mount_point},
                     {"files", counts_to_json(root.counts)}});
  }
  const GenerationInfo& info = status.info;
  json files = counts_to_json(status.counts);
  files["permanent_failures"] = status.permanent_failures;
  files["transient_failures"] = status.counts.failed - status.permanent_failures;
  files["unseen"] = status.unseen;
  json fingerprint = json::parse(to_json(info.fingerprint));
  fingerprint["id"] = info.fingerprint.id();
  return {{"generation", status.path.native()},
          {"files", files},
          {"rows", status.rows},
          {"dead_rows", status.dead_rows},
          {"row_size", info.row_size},
          {"roots", roots},
          {"fingerprint", fingerprint},
          {"model",
           {{"path", info.model_path},
            {"source", info.model_source},
            {"revision", info.model_revision},
            {"random_weights", info.random_weights}}},
          {"last_run", run_to_json(status.last_run)},
          {"last_done", run_to_json(status.last_done)}};
}

}  // namespace

std::vector<std::string> unmet(const StatusDemands& demands, const StoreStatus& status, std::int64_t now) {
  constexpr double kRounding = 1e-9;  // percent
  std::vector<std::string> problems;
  const std::optional<RunEntry>& done = status.current.last_done;
  if (demands.max_age && !done) problems.emplace_back("no run was ever done");
  if (demands.max_age && done && now - done->finished > demands.max_age->count()) {
    problems.push_back(fmt::format("the last run that was done ended {} ago, more than {}",
                                   spelled(now - done->finished), spelled(demands.max_age->count())));
  }
  const double coverage = 100 * status.current.counts.coverage();
  if (demands.min_coverage && coverage + kRounding < *demands.min_coverage) {
    problems.push_back(fmt::format("{} of the files have a row, less than {}%",
                                   percent(status.current.counts.coverage()), *demands.min_coverage));
  }
  return problems;
}

std::string status_as_text(const StoreStatus& status, std::int64_t now) {
  const GenerationStatus& current = status.current;
  std::string text = fmt::format("files:        {}; {} of those that are there have a row\n",
                                 counted(current.counts), percent(current.counts.coverage()));
  text += failures(current) + rows(current) + roots(current);
  text +=
      fmt::format("feature:      {}\nmodel:        {}\nmodel file:   {}\n", feature(current.info.fingerprint),
                  model(current.info), printable_name(current.info.model_path));
  text += runs(current, now);
  if (status.next) text += migration(*status.next);
  if (status.run) text += fmt::format("running now:  {}\n", printable_name(to_string(*status.run)));
  return text;
}

std::string status_as_json(const StoreStatus& status, const std::vector<std::string>& problems) {
  json all = generation_to_json(status.current);
  all["migration"] = status.next ? generation_to_json(*status.next) : json();
  all["running"] = status.run ? json{{"process", status.run->process}, {"since", status.run->since}} : json();
  all["problems"] = problems;
  return all.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace vit_embed
