#include "cli/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/standard_streams.h"

namespace vit_embed {
namespace {

using nlohmann::json;

constexpr std::size_t kNamesShown = 10;

std::string describe_way(const OutputMeta& meta) {
  return fmt::format("{} engine in {}, {}", meta.build.engine, to_string(meta.fingerprint.precision),
                     meta.build.instruction_set);
}

std::string describe_neighbors(const EmbeddingComparison& c) {
  if (c.neighbors_compared == 0) return "-";
  return fmt::format("{} of {}", c.neighbors_kept, c.neighbors_compared);
}

/// The first of `lines`, one below the other.
void print_some(std::string_view title, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < std::min(lines.size(), kNamesShown); ++i)
    print_out("{:<16}{}\n", i == 0 ? title : "", lines[i]);
  if (lines.size() > kNamesShown)
    print_out("{:<16}and {} more, which --json names\n", "", lines.size() - kNamesShown);
}

void print_features(const VerifyReport& report) {
  constexpr const char* kRow = "{:<9}{:>11}{:>13}{:>17}{:>16}  {:<8}{}\n";
  print_out(kRow, "feature", "min cosine", "mean cosine", "nearest kept", "max difference", "bytes",
            "lowest cosine");
  for (const auto& [feature, c] : report.features) {
    print_out(kRow, to_string(feature), fmt::format("{:.7f}", c.min_cosine),
              fmt::format("{:.7f}", c.mean_cosine), describe_neighbors(c),
              fmt::format("{:.3g}", c.max_difference), c.same_bytes ? "same" : "differ",
              c.same_bytes ? "-" : c.furthest);
  }
}

json way_to_json(const OutputMeta& meta) {
  return {{"precision", to_string(meta.fingerprint.precision)},
          {"engine", meta.build.engine},
          {"instruction_set", meta.build.instruction_set}};
}

json comparison_to_json(const VerifyReport& report, const EmbeddingComparison& c) {
  return {{"min_cosine", c.min_cosine},         {"min_cosine_path", c.furthest},
          {"mean_cosine", c.mean_cosine},       {"neighbors_compared", c.neighbors_compared},
          {"neighbors_kept", c.neighbors_kept}, {"max_difference", c.max_difference},
          {"same_bytes", c.same_bytes},         {"holds", report.holds(c)}};
}

}  // namespace

bool VerifyReport::holds() const {
  return std::ranges::all_of(features, [this](const auto& entry) { return holds(entry.second); });
}

void print_report(const VerifyReport& report) {
  const EmbeddingComparison& any = report.features.front().second;
  print_out("reference:      {}\n", describe_way(report.reference));
  print_out("candidate:      {}\n", describe_way(report.candidate));
  print_out("images:         {} compared, {} failed\n", report.images(), report.failed.size());
  std::vector<std::string> failed;
  for (const auto& [name, reason] : report.failed) failed.push_back(fmt::format("'{}': {}", name, reason));
  print_some("failed:", failed);
  print_some("reference only:", any.only_in_reference);
  print_some("candidate only:", any.only_in_candidate);
  print_out("\n");
  print_features(report);
  if (any.neighbors_compared != 0 && any.neighbors_compared < any.images)
    print_out("Nearest images were compared among the first {}.\n", any.neighbors_compared);
}

std::string report_to_json(const VerifyReport& report) {
  const EmbeddingComparison& any = report.features.front().second;
  json failed = json::array();
  for (const auto& [name, reason] : report.failed) failed.push_back({{"path", name}, {"reason", reason}});
  json features = json::object();
  for (const auto& [feature, comparison] : report.features)
    features[std::string(to_string(feature))] = comparison_to_json(report, comparison);
  const json result{{"reference", way_to_json(report.reference)},
                    {"candidate", way_to_json(report.candidate)},
                    {"images", report.images()},
                    {"failed", std::move(failed)},
                    {"only_in_reference", any.only_in_reference},
                    {"only_in_candidate", any.only_in_candidate},
                    {"features", std::move(features)},
                    {"required_min_cosine", report.min_cosine ? json(*report.min_cosine) : json()},
                    {"holds", report.holds()}};
  return result.dump(1, ' ', false, json::error_handler_t::replace);
}

}  // namespace vit_embed
