#include "image/resize.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "image/resample_kernels.h"
#include "image/resample_weights.h"

namespace vit_embed {
namespace {

RgbImage copy_of(const RgbImage& image) {
  RgbImage copy(image.width(), image.height());
  std::memcpy(copy.data(), image.data(), image.size());
  return copy;
}

// Source positions of Pillow's ImagingScaleAffine (Geometry.c), which adds up the scale instead of
// multiplying; what rounding carries over the edge is -1.
std::vector<int> nearest_positions(int input, int output) {
  const double scale = static_cast<double>(static_cast<float>(input)) / output;
  double position = scale * 0.5;
  std::vector<int> positions(static_cast<std::size_t>(output));
  for (int& source : positions) {
    source = static_cast<int>(position);
    if (source >= input) source = -1;
    position += scale;
  }
  return positions;
}

RgbImage resize_nearest(const RgbImage& image, int width, int height) {
  const std::vector<int> columns = nearest_positions(image.width(), width);
  const std::vector<int> rows = nearest_positions(image.height(), height);
  RgbImage resized(width, height);
  std::memset(resized.data(), 0, resized.size());
  for (int y = 0; y < height; ++y) {
    const int source_row = rows[static_cast<std::size_t>(y)];
    if (source_row < 0) continue;
    std::uint8_t* to = resized.row(y);
    for (const int column : columns) {
      if (column >= 0) {
        const std::size_t at = static_cast<std::size_t>(column) * RgbImage::kChannels;
        std::memcpy(to, image.row(source_row) + at, RgbImage::kChannels);
      }
      to += RgbImage::kChannels;
    }
  }
  return resized;
}

// ImagingResampleInner (Resample.c): rows first, and only those that the columns will need.
RgbImage resample(const RgbImage& image, int width, int height, Resample filter) {
  if (height == image.height()) {
    RgbImage wide(width, height);
    resample_rows(resample_weights(filter, image.width(), width), image, 0, wide);
    return wide;
  }
  const ResampleWeights vertical = resample_weights(filter, image.height(), height);
  RgbImage resized(width, height);
  if (width == image.width()) {
    resample_columns(vertical, image, 0, resized);
    return resized;
  }
  const int first_row = vertical.first.front();
  RgbImage between(width, vertical.first.back() + vertical.taps.back() - first_row);
  resample_rows(resample_weights(filter, image.width(), width), image, first_row, between);
  resample_columns(vertical, between, first_row, resized);
  return resized;
}

}  // namespace

RgbImage resize(const RgbImage& image, int width, int height, Resample filter) {
  if (width == image.width() && height == image.height()) return copy_of(image);
  if (filter == Resample::nearest) return resize_nearest(image, width, height);
  // Image.resize() (Image.py) shrinks a very tall image in two steps, columns first, which rounds
  // differently.
  constexpr std::size_t kVeryTall = 100;
  const bool is_very_tall =
      static_cast<std::size_t>(image.height()) > static_cast<std::size_t>(image.width()) * kVeryTall;
  if (is_very_tall && height < image.height() && width != image.width()) {
    return resample(resample(image, image.width(), height, filter), width, height, filter);
  }
  return resample(image, width, height, filter);
}

}  // namespace vit_embed
