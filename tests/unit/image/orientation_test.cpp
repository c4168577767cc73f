#include "image/orientation.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "image/decode.h"
#include "image/exif_orientation.h"
#include "image/opencv_decode.h"
#include "image/tiff_orientation.h"
#include "test_images.h"

namespace vit_embed {
namespace {

using test::bytes_of;

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
  const ImageDecoder decoder(decode_with_opencv, {});
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
  const ImageDecoder decoder(decode_with_opencv, {});
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

constexpr std::string_view kOrientation6 = {"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
                                            26};

TEST(ExifOrientation, IsReadWithAndWithoutThePrefix) {
  EXPECT_EQ(exif_orientation(bytes_of(kOrientation6)), 6);
  EXPECT_EQ(exif_orientation(bytes_of(std::string("Exif\0\0", 6).append(kOrientation6))), 6);
}

TEST(ExifOrientation, IsOneWhereItIsMissingOrDamaged) {
  EXPECT_EQ(exif_orientation({}), 1);
  EXPECT_EQ(exif_orientation(bytes_of("not a TIFF structure at all")), 1);
  for (std::size_t size = 0; size < 22; ++size) {
    EXPECT_EQ(exif_orientation(bytes_of(kOrientation6.substr(0, size))), 1) << size;
  }
  for (const char value : {'\0', '\x09', '\xFF'}) {
    std::string block(kOrientation6);
    block[18] = value;
    EXPECT_EQ(exif_orientation(bytes_of(block)), 1);
  }
  std::string far_directory(kOrientation6);
  far_directory.replace(4, 4, "\xF0\xFF\xFF\xFF");
  EXPECT_EQ(exif_orientation(bytes_of(far_directory)), 1);
}

TEST(ExifOrientation, NeverFailsAnImage) {
  auto jpeg = test::read_file(test::data_path("orientation/6.jpg"));
  const std::string text(reinterpret_cast<const char*>(jpeg.data()), jpeg.size());
  const std::size_t exif = text.find("Exif");
  ASSERT_NE(exif, std::string::npos);
  for (std::size_t at = exif + 6; at < exif + 26; ++at) {
    auto damaged = jpeg;
    damaged[at] = std::byte{0xFF};
    EXPECT_EQ(test::decode_failure(damaged), "") << at;
  }
}

TEST(TiffOrientation, SurvivesAnyCut) {
  const auto tiff = test::read_file(test::data_path("orientation/6-big-endian.tiff"));
  for (std::size_t size = 0; size <= tiff.size(); ++size) {
    const int orientation = take_tiff_orientation(std::span(tiff).first(size)).orientation;
    EXPECT_TRUE(orientation == 1 || orientation == 6) << size;
  }
}

}  // namespace
}  // namespace vit_embed
