#pragma once

#include <cstddef>
#include <span>

#include "encoder/native_memory.h"

namespace vit_embed {

/// The products of some rows with some queries, in memory of the scratch that they were computed in.
struct RowProducts {
  const float* values = nullptr;
  std::size_t row_stride = 0;
  std::size_t query_stride = 0;

  float at(std::size_t row, std::size_t query) const {
    return values[row * row_stride + query * query_stride];
  }
};

/// Queries for one call of multiply_rows() at most.
inline constexpr std::size_t kMostQueriesAtOnce = 256;

/// oneDNN's float32 products, in the calling thread: `rows` [R, size] with `queries` [Q, size], of at most
/// kMostQueriesAtOnce. Few queries take no longer than reading the rows. `scratch` grows to R * Q floats.
/// Throws FatalError where oneDNN fails.
RowProducts multiply_rows(std::span<const float> rows, std::span<const float> queries, std::size_t size,
                          AlignedBytes& scratch);

}  // namespace vit_embed
