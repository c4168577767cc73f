#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vit_embed {

/// Embeddings in memory: a row for each name, one behind the other.
struct EmbeddingTable {
  std::vector<std::string> names;
  std::span<const float> values;
  std::size_t row_size = 0;

  std::span<const float> row(std::size_t i) const { return values.subspan(i * row_size, row_size); }
};

/// Of two rows of one size: 1 where they are the same bytes, 0 with one that is zero or not finite.
double cosine(std::span<const float> a, std::span<const float> b);

/// How far one way of computing embeddings is from another. Cosines of rows that are the same bytes are 1;
/// with a row that is zero or not finite they are 0.
struct EmbeddingComparison {
  std::uint64_t images = 0;  ///< with a row in both; what follows is about these
  double min_cosine = 1;     ///< of an image's two rows
  std::string furthest;      ///< the image that has it, the first of several
  double mean_cosine = 1;
  double max_difference = 0;  ///< of two numbers in one place; infinity where only one of them is a number
  bool same_bytes = true;
  std::uint64_t neighbors_compared = 0;  ///< images, the first ones; 0 where there are fewer than two
  /// Of those, how many have the same nearest other image by cosine in both, or one that is as near in the
  /// reference to 1e-6.
  std::uint64_t neighbors_kept = 0;
  std::vector<std::string> only_in_reference;
  std::vector<std::string> only_in_candidate;
};

/// How many images' neighbours are compared at most: their number squared is what it takes.
inline constexpr std::size_t kMostNeighbors = 5000;

/// Rows are matched by name, those of one name in their order. Throws std::invalid_argument where the rows
/// are not of one size.
EmbeddingComparison compare_embeddings(const EmbeddingTable& reference, const EmbeddingTable& candidate,
                                       std::size_t most_neighbors = kMostNeighbors);

}  // namespace vit_embed
