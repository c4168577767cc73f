#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// The numbers of rows that an .npy has.
inline std::vector<float> numbers_of(std::span<const std::byte> bytes, ElementType dtype) {
  std::vector<float> numbers(bytes.size() / element_size(dtype));
  if (dtype == ElementType::float32) {
    std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
  }
  std::vector<std::uint16_t> halves(numbers.size());
  std::memcpy(halves.data(), bytes.data(), bytes.size());
  std::ranges::transform(halves, numbers.begin(), from_float16);
  return numbers;
}

}  // namespace vit_embed
