#include "image/thumbnail.h"

#include <algorithm>
#include <cmath>

#include "image/jpeg_encode.h"
#include "image/resize.h"

namespace vit_embed {
namespace {

constexpr int kQuality = 82;

int scaled(int side, double factor) {
  return std::max(1, static_cast<int>(std::lround(side * factor)));
}

}  // namespace

std::vector<std::byte> make_thumbnail(const RgbImage& image, int max_side) {
  const int longest = std::max(image.width(), image.height());
  if (longest <= max_side) return encode_jpeg(image, kQuality);
  const double factor = static_cast<double>(max_side) / longest;
  return encode_jpeg(
      resize(image, scaled(image.width(), factor), scaled(image.height(), factor), Resample::bicubic),
      kQuality);
}

}  // namespace vit_embed
