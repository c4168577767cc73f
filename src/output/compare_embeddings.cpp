#include "output/compare_embeddings.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "output/nearest_neighbors.h"

namespace vit_embed {
namespace {

/// Two images are as near as each other where their cosines differ by no more: about what float32 rounds.
constexpr double kTie = 1e-6;

using Row = std::span<const float>;
/// Rows of the reference and of the candidate that belong together.
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

/// Both in the reference's order; `comparison` takes what has no other half.
Pairs match_by_name(const EmbeddingTable& reference, const EmbeddingTable& candidate,
                    EmbeddingComparison& comparison) {
  std::unordered_map<std::string_view, std::vector<std::size_t>> unmatched;  // the last first
  for (std::size_t i = candidate.names.size(); i-- > 0;) unmatched[candidate.names[i]].push_back(i);
  std::vector<bool> matched(candidate.names.size());
  Pairs pairs;
  for (std::size_t i = 0; i < reference.names.size(); ++i) {
    const auto found = unmatched.find(reference.names[i]);
    if (found == unmatched.end() || found->second.empty()) {
      comparison.only_in_reference.push_back(reference.names[i]);
      continue;
    }
    matched[found->second.back()] = true;
    pairs.emplace_back(i, found->second.back());
    found->second.pop_back();
  }
  for (std::size_t i = 0; i < matched.size(); ++i) {
    if (!matched[i]) comparison.only_in_candidate.push_back(candidate.names[i]);
  }
  return pairs;
}

bool same_bytes(Row a, Row b) {
  return std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

double largest_difference(Row a, Row b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (a[k] == b[k] || (std::isnan(a[k]) && std::isnan(b[k]))) continue;
    const double difference = std::abs(static_cast<double>(a[k]) - b[k]);
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, difference);
  }
  return largest;
}

void compare_rows(const EmbeddingTable& reference, const EmbeddingTable& candidate, const Pairs& pairs,
                  EmbeddingComparison& comparison) {
  double sum = 0;
  for (const auto& [r, c] : pairs) {
    const Row a = reference.row(r);
    const Row b = candidate.row(c);
    const double similarity = cosine(a, b);
    sum += similarity;
    if (comparison.furthest.empty() || similarity < comparison.min_cosine) {
      comparison.min_cosine = similarity;
      comparison.furthest = reference.names[r];
    }
    comparison.max_difference = std::max(comparison.max_difference, largest_difference(a, b));
    comparison.same_bytes = comparison.same_bytes && same_bytes(a, b);
  }
  if (!pairs.empty()) comparison.mean_cosine = sum / static_cast<double>(pairs.size());
}

void compare_neighbors(const EmbeddingTable& reference, const EmbeddingTable& candidate, Pairs pairs,
                       std::size_t most, EmbeddingComparison& comparison) {
  pairs.resize(std::min(pairs.size(), most));
  std::vector<float> reference_rows, candidate_rows;
  for (const auto& [r, c] : pairs) {
    reference_rows.insert(reference_rows.end(), reference.row(r).begin(), reference.row(r).end());
    candidate_rows.insert(candidate_rows.end(), candidate.row(c).begin(), candidate.row(c).end());
  }
  const std::vector<std::size_t> then = nearest_neighbors(reference_rows, reference.row_size);
  const std::vector<std::size_t> now = nearest_neighbors(candidate_rows, reference.row_size);
  comparison.neighbors_compared = then.size();
  const auto reference_row = [&](std::size_t i) { return reference.row(pairs[i].first); };
  for (std::size_t i = 0; i < then.size(); ++i) {
    if (then[i] == now[i] || cosine(reference_row(i), reference_row(now[i])) >=
                                 cosine(reference_row(i), reference_row(then[i])) - kTie) {
      ++comparison.neighbors_kept;
    }
  }
}

}  // namespace

double cosine(std::span<const float> a, std::span<const float> b) {
  if (same_bytes(a, b)) return 1;
  double dot = 0, a_squares = 0, b_squares = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    dot += static_cast<double>(a[k]) * b[k];
    a_squares += static_cast<double>(a[k]) * a[k];
    b_squares += static_cast<double>(b[k]) * b[k];
  }
  const double lengths = std::sqrt(a_squares) * std::sqrt(b_squares);
  if (lengths == 0 || !std::isfinite(lengths)) return 0;
  return std::clamp(dot / lengths, -1.0, 1.0);
}

EmbeddingComparison compare_embeddings(const EmbeddingTable& reference, const EmbeddingTable& candidate,
                                       std::size_t most_neighbors) {
  if (reference.row_size != candidate.row_size || reference.row_size == 0)
    throw std::invalid_argument("embeddings of different sizes");
  EmbeddingComparison comparison;
  const Pairs pairs = match_by_name(reference, candidate, comparison);
  comparison.images = pairs.size();
  compare_rows(reference, candidate, pairs, comparison);
  compare_neighbors(reference, candidate, pairs, most_neighbors, comparison);
  return comparison;
}

}  // namespace vit_embed
