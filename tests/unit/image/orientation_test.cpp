#include "image/orientation.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "image/decode.h"
#include "test_images.h"

namespace vit_embed {
namespace {

struct ExpectedImage {
  std::string file;
  int width = 0;
  int height = 0;
  std::string upright_digest;
  std::string stored_digest;
};

std::vector<ExpectedImage> expected_images() {
  std::vector<ExpectedImage> images;
  for (const std::string& line : test::read_lines(test::data_path("orientation/expected.txt"))) {
    std::istringstream fields(line);
    ExpectedImage& image = images.emplace_back();
    fields >> image.file >> image.width >> image.height >> image.upright_digest >> image.stored_digest;
  }
  return images;
}

TEST(Orientation, IsAppliedAsPillowAppliesItInEveryContainer) {
  const ImageDecoder decoder({});
  const auto images = expected_images();
  ASSERT_EQ(images.size(), 8U * 7);
  for (const ExpectedImage& expected : images) {
    const auto encoded = test::read_file(test::data_path("orientation/" + expected.file));
    const RgbImage upright = decoder.decode(encoded, {});
    EXPECT_EQ(upright.width(), expected.width) << expected.file;
    EXPECT_EQ(upright.height(), expected.height) << expected.file;
    EXPECT_EQ(test::pixel_digest(upright), expected.upright_digest) << expected.file;
  }
}

TEST(Orientation, IsIgnoredOnRequestInEveryContainer) {
  const ImageDecoder decoder({});
  for (const ExpectedImage& expected : expected_images()) {
    const auto encoded = test::read_file(test::data_path("orientation/" + expected.file));
    const RgbImage stored = decoder.decode(encoded, {.apply_exif_orientation = false});
    EXPECT_EQ(stored.width(), 24) << expected.file;
    EXPECT_EQ(test::pixel_digest(stored), expected.stored_digest) << expected.file;
  }
}

TEST(Orientation, TurnsImagesLargerThanOneTile) {
  RgbImage image(70, 33);
  for (std::size_t i = 0; i < image.size(); ++i) image.data()[i] = static_cast<std::uint8_t>(i * 31 % 251);
  const std::string digest = test::pixel_digest(image);
  const auto turned = [](RgbImage from, std::initializer_list<int> orientations) {
    for (const int orientation : orientations) from = upright(std::move(from), orientation);
    return from;
  };
  image = turned(std::move(image), {6, 6, 6, 6, 8, 6, 2, 2, 3, 3, 4, 4, 5, 5, 7, 7});
  EXPECT_EQ(test::pixel_digest(image), digest);
}

}  // namespace
}  // namespace vit_embed
