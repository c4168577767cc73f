#include "image/orientation.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace vit_embed {
namespace {

// Rows are read down columns for half of the orientations: a tile keeps both sides in the first-level cache.
constexpr int kTile = 32;

// Where the upright image's pixel (x, y) stands in the stored one: origin + x * step_x + y * step_y, in
// bytes.
struct Walk {
  std::ptrdiff_t origin;
  std::ptrdiff_t step_x;
  std::ptrdiff_t step_y;
};

Walk walk_of(const RgbImage& stored, int orientation) {
  const std::ptrdiff_t pixel = RgbImage::kChannels;
  const std::ptrdiff_t row = static_cast<std::ptrdiff_t>(stored.row_bytes());
  const std::ptrdiff_t right = (stored.width() - 1) * pixel;
  const std::ptrdiff_t bottom = (stored.height() - 1) * row;
  switch (orientation) {
    case 2:
      return {right, -pixel, row};
    case 3:
      return {right + bottom, -pixel, -row};
    case 4:
      return {bottom, pixel, -row};
    case 5:
      return {0, row, pixel};
    case 6:
      return {bottom, -row, pixel};
    case 7:
      return {right + bottom, -row, -pixel};
    case 8:
      return {right, row, -pixel};
    default:
      return {0, pixel, row};
  }
}

void copy_tile(const RgbImage& stored, const Walk& walk, RgbImage& turned, int left, int top) {
  const int right = std::min(left + kTile, turned.width());
  const int bottom = std::min(top + kTile, turned.height());
  for (int y = top; y < bottom; ++y) {
    const std::uint8_t* from = stored.data() + walk.origin + y * walk.step_y + left * walk.step_x;
    std::uint8_t* to = turned.row(y) + static_cast<std::size_t>(left) * RgbImage::kChannels;
    for (int x = left; x < right; ++x, from += walk.step_x, to += RgbImage::kChannels) {
      to[0] = from[0];
      to[1] = from[1];
      to[2] = from[2];
    }
  }
}

}  // namespace

RgbImage upright(RgbImage stored, int orientation) {
  if (orientation < 2 || orientation > 8) return stored;
  const bool swaps_sides = orientation >= 5;
  RgbImage turned(swaps_sides ? stored.height() : stored.width(),
                  swaps_sides ? stored.width() : stored.height());
  const Walk walk = walk_of(stored, orientation);
  for (int y = 0; y < turned.height(); y += kTile) {
    for (int x = 0; x < turned.width(); x += kTile) copy_tile(stored, walk, turned, x, y);
  }
  return turned;
}

}  // namespace vit_embed
