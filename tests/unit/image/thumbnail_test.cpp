#include "image/thumbnail.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "image/jpeg_decode.h"
#include "image/jpeg_encode.h"

namespace vit_embed {
namespace {

/// Red to the left, blue to the right.
RgbImage two_colours(int width, int height) {
  RgbImage image = RgbImage::black(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.row(y)[3 * x + (2 * x < width ? 0 : 2)] = 200;
  }
  return image;
}

RgbImage thumbnail_of(const RgbImage& image, int max_side) {
  return std::move(decode_jpeg(make_thumbnail(image, max_side), {}).image);
}

void expect_near(const std::uint8_t* pixel, int red, int green, int blue) {
  EXPECT_LT(std::abs(pixel[0] - red) + std::abs(pixel[1] - green) + std::abs(pixel[2] - blue), 24);
}

TEST(Thumbnail, IsTheImageMadeSmallerInItsProportions) {
  const RgbImage wide = thumbnail_of(two_colours(640, 320), 64);
  EXPECT_EQ(wide.width(), 64);
  EXPECT_EQ(wide.height(), 32);
  expect_near(wide.row(16) + 3 * 8, 200, 0, 0);
  expect_near(wide.row(16) + 3 * 56, 0, 0, 200);
  const RgbImage tall = thumbnail_of(two_colours(100, 300), 64);
  EXPECT_EQ(tall.width(), 21);
  EXPECT_EQ(tall.height(), 64);
}

TEST(Thumbnail, OfASmallImageHasItsSize) {
  const RgbImage small = thumbnail_of(two_colours(9, 5), 64);
  EXPECT_EQ(small.width(), 9);
  EXPECT_EQ(small.height(), 5);
}

TEST(Thumbnail, OfALineIsAtLeastOnePixelWide) {
  const RgbImage line = thumbnail_of(two_colours(2, 5000), 64);
  EXPECT_EQ(line.width(), 1);
  EXPECT_EQ(line.height(), 64);
}

TEST(JpegEncode, AnImageThatNoJpegHoldsIsAnError) {
  EXPECT_THROW(encode_jpeg(RgbImage::black(70000, 1), 80), std::runtime_error);
}

}  // namespace
}  // namespace vit_embed
