#pragma once

#include <cstddef>
#include <vector>

#include "encoder/native_memory.h"
#include "encoder/native_product.h"

namespace vit_embed {

/// Rows of activations that are computed in float32 and then read by a product of some precision.
class Activations {
 public:
  Activations(Precision precision, std::size_t rows, std::size_t width);

  /// Row i as it is computed.
  std::span<float> row(std::size_t i);
  /// Makes row i, once it is computed, what a product reads. Different rows at a time from any thread.
  void finish(std::size_t i) { finish(i, row(i)); }
  /// The same from numbers that stand elsewhere.
  void finish(std::size_t i, std::span<const float> values);
  /// Whether finish() has nothing to do with a row that was computed in place.
  bool are_operands() const { return precision_ == Precision::fp32; }
  /// Rows from i on; they must be finished.
  ProductInput from(std::size_t i) const;

 private:
  Precision precision_;
  std::size_t width_;
  AlignedBytes values_;                ///< float32 [rows, width]
  AlignedBytes operands_;              ///< bfloat16 or 8-bit [rows, width]; empty for fp32
  std::vector<RowQuantization> rows_;  ///< of int8
};

}  // namespace vit_embed
