#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/meta.h"
#include "output/compare_embeddings.h"

namespace vit_embed {

/// What verify found.
struct VerifyReport {
  OutputMeta reference;  ///< of one feature: engine, precision and instruction set are those of all
  OutputMeta candidate;
  std::map<std::string, std::string> failed;  ///< images without a row in one of them, with the reason
  std::vector<std::pair<Feature, EmbeddingComparison>> features;
  std::optional<double> min_cosine;  ///< what was asked for

  /// How many images have a row in both.
  std::uint64_t images() const { return features.front().second.images; }
  bool holds(const EmbeddingComparison& comparison) const {
    return !min_cosine || comparison.min_cosine >= *min_cosine;
  }
  bool holds() const;
};

/// On stdout.
void print_report(const VerifyReport& report);
/// One object; a difference that is no number is null.
std::string report_to_json(const VerifyReport& report);

}  // namespace vit_embed
