#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "formats/feature.h"
#include "formats/float16.h"

namespace vit_embed {

/// Rows as an .npy has them.
class RowBytes {
 public:
  explicit RowBytes(ElementType dtype) : dtype_(dtype) {}

  /// Valid until the next call, and as long as `row` is.
  std::span<const std::byte> of(std::span<const float> row) {
    if (dtype_ == ElementType::float32) return std::as_bytes(row);
    halves_.resize(row.size());
    std::ranges::transform(row, halves_.begin(), to_float16);
    return std::as_bytes(std::span(halves_));
  }

 private:
  ElementType dtype_;
  std::vector<std::uint16_t> halves_;
};

}  // namespace vit_embed
