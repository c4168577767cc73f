#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "encoder/native_memory.h"
#include "encoder/native_row_kernels.h"
#include "formats/precision.h"

// The matrix products of the native engine: oneDNN's, of versions 2 and 3. A product y = x W^T + bias is cut
// into chunks of W's rows (y's columns), each of which is one product of oneDNN's in the calling thread. So a
// chunk's result cannot depend on the number of threads, which oneDNN's own division of work makes it do
// below AVX-512; and what comes after it finds it in the cache.

namespace vit_embed {

/// A product's left side: rows of `in` numbers behind each other, of the product's precision: float, bfloat16
/// or uint8_t.
struct ProductInput {
  const void* values = nullptr;
  const RowQuantization* rows = nullptr;  ///< of int8: one a row
};

/// What one thread needs for products of so many rows.
struct ProductScratch {
  AlignedBytes sums;  ///< of a chunk, float32 or int32 [rows, its columns]
  AlignedBytes library;
};

struct LinearShape {
  std::size_t in = 0;
  std::size_t out = 0;
  /// Numbers from one row of y to the next, at least `out`; or 0: each chunk of y is a matrix of its own.
  std::size_t y_stride = 0;
  bool accumulate = false;  ///< y += instead of y =
};

class LinearKernels;

/// A linear layer, packed for its products.
class Linear {
 public:
  /// For products of `row_counts` rows. Weights [out, in], bias [out] or empty; nothing of them is kept.
  /// Blocks for packing. Throws FatalError where oneDNN has no such product.
  Linear(Precision precision, const LinearShape& shape, std::span<const std::size_t> row_counts,
         std::span<const float> weights, std::span<const float> bias);
  Linear();  ///< of nothing, to be assigned to
  Linear(Linear&&) noexcept;
  Linear& operator=(Linear&&) noexcept;
  ~Linear();

  std::size_t num_chunks() const;
  std::size_t chunk_begin(std::size_t chunk) const;
  std::size_t chunk_size(std::size_t chunk) const;

  /// The chunk's columns of y from `rows` rows of x, one of the row counts. `y` is the whole matrix, or where
  /// chunks are matrices of their own, [rows, chunk_size]. Any number of calls at a time, each with a scratch
  /// of its own.
  void multiply(std::size_t chunk, std::size_t rows, const ProductInput& x, float* y,
                ProductScratch& scratch) const;

 private:
  std::byte* packed_chunk(std::size_t chunk) const;
  void pack(std::span<const float> weights);
  void finish_row(std::size_t begin, std::size_t size, std::size_t row, const ProductInput& x,
                  const AlignedBytes& sums, float* y) const;

  LinearShape shape_;
  Precision precision_ = Precision::fp32;
  std::unique_ptr<const LinearKernels> kernels_;
  AlignedBytes packed_;
  std::vector<float> bias_;
  std::vector<float> scales_;       ///< of int8: one a column
  std::vector<std::int32_t> sums_;  ///< of int8: one a column
};

}  // namespace vit_embed
