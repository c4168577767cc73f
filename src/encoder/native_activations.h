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

  /// Whether rows can be computed in row(): bfloat16 ones are rounded as soon as they are computed.
  bool keep_floats() const { return precision_ != Precision::bf16; }
  std::span<float> row(std::size_t i);

  /// Makes row i, which was computed in row() or elsewhere, what a product reads. This and the next two:
  /// different rows, or columns, at a time from any thread.
  void finish(std::size_t i, std::span<const float> values);
  /// The same for columns of row i from `begin` on. Only int8, which is scaled by the row, needs more.
  void finish_columns(std::size_t i, std::size_t begin, std::span<const float> values);
  /// The rest, where all columns of row i are finished.
  void finish_row(std::size_t i);
  bool need_finish_row() const { return precision_ == Precision::int8; }

  /// Rows from i on; they must be finished.
  ProductInput from(std::size_t i) const;

 private:
  Precision precision_;
  std::size_t width_;
  AlignedBytes values_;                ///< float32 [rows, width]; empty for bf16
  AlignedBytes operands_;              ///< bfloat16 or 8-bit [rows, width]; empty for fp32
  std::vector<RowQuantization> rows_;  ///< of int8
};

}  // namespace vit_embed
