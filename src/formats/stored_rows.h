#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/feature.h"

namespace vit_embed {

/// Embeddings as they stand in an .npy, [N, row_size], little endian: what a mapped file gives.
struct StoredRows {
  std::span<const std::byte> bytes;  ///< aligned for a number of `type`
  ElementType type = ElementType::float32;
  std::size_t row_size = 0;  ///< numbers in a row, > 0

  std::size_t row_bytes() const { return row_size * element_size(type); }
  std::size_t count() const { return bytes.size() / row_bytes(); }
};

/// A row, by its number from 0, and its cosine with what was looked for.
struct SimilarRow {
  std::uint64_t row = 0;
  double cosine = 0;

  bool operator==(const SimilarRow&) const = default;
};

struct RowSearch {
  std::size_t most = 10;  ///< rows for a query; fewer only where there are not as many
  /// A byte a row: 0 for one that is no result. Empty: every row may be one.
  std::span<const std::uint8_t> shown;
  int num_threads = 1;
};

}  // namespace vit_embed
