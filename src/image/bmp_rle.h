#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vit_embed {

struct BmpRleLayout {
  unsigned bits;  ///< 4 or 8
  std::uint32_t width;
  std::uint32_t height;
};

/// Palette indices of a run-length encoded BMP in the order in which they are stored, as Pillow's
/// BmpRleDecoder has them: what would go beyond a row is cut off, what is skipped is 0. Fewer than width x
/// height where the data end early. `pixels_at` is where they begin in `bmp`.
std::vector<std::uint8_t> read_bmp_rle(std::span<const std::byte> bmp, std::size_t pixels_at,
                                       const BmpRleLayout& layout);

}  // namespace vit_embed
