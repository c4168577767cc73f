#pragma once

#include <cstddef>
#include <span>
#include <vector>

// softmax(Q K^T / sqrt(head_size)) V in float32, vectorised for every instruction set that Highway knows and
// chosen at run time. One head at a time, a block of queries after the other, so that the scores of a block
// stay in the first-level cache. A query's result depends on nothing but its image's rows.

namespace vit_embed {

/// Queries that attend() takes in one go; fewer cost as much.
inline constexpr std::size_t kQueryBlock = 12;

/// A row has queries, keys and values of all heads behind each other: [T, 3, heads, head_size].
struct AttentionShape {
  std::size_t num_tokens = 0;
  std::size_t num_heads = 0;
  std::size_t head_size = 0;

  std::size_t hidden_size() const { return num_heads * head_size; }
};

/// The keys and values of one head in the order in which the products read them, and the scores of a block.
class AttentionScratch {
 public:
  explicit AttentionScratch(const AttentionShape& shape);

  /// From one image's [T, 3, heads, head_size].
  void pack(const float* query_key_value, std::size_t head);

  /// Of the packed head: the context [count, head_size] of `count` <= kQueryBlock queries from `first` on,
  /// its rows `stride` numbers apart.
  void attend(const float* query_key_value, std::size_t head, std::size_t first, std::size_t count,
              float* context, std::size_t stride);

 private:
  AttentionShape shape_;
  std::vector<float> keys_;     ///< [head_size, T padded], zeros in the padding
  std::vector<float> values_;   ///< [T, head_size padded], zeros in the padding
  std::vector<float> queries_;  ///< [kQueryBlock, head_size], scaled
  std::vector<float> scores_;   ///< [kQueryBlock, T padded]
  std::vector<float> context_;  ///< [kQueryBlock, head_size padded]
};

}  // namespace vit_embed
