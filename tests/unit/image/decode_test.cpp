#include "image/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "image/opencv_decode.h"
#include "image/resize.h"
#include "test_images.h"

namespace vit_embed {
namespace {

using namespace std::string_view_literals;
using test::bytes_of;
using test::decode_failure;

TEST(Decode, AndResizeEqualPillowOnEveryGoldenImage) {
  const ImageDecoder decoder(decode_with_opencv, {});
  for (const std::string& name : test::read_lines(test::data_path("golden/names.txt"))) {
    const RgbImage image = decoder.decode(test::read_file(test::data_path("golden/images/" + name)), {});
    const RgbImage expected = test::read_rgb_png(test::data_path("golden/pixels/" + name + ".png"));
    EXPECT_EQ(test::max_difference(resize(image, 224, 224, Resample::bilinear), expected), 0) << name;
  }
}

TEST(Decode, SaysWhyWhatIsNoImageIsRefused) {
  EXPECT_EQ(decode_failure({}), "empty file");
  EXPECT_EQ(decode_failure(bytes_of("<html>not found</html>")), "not an image in a known format");
  EXPECT_EQ(decode_failure(bytes_of("GIF89a\x01\0\x01\0"sv)), "GIF is not supported");
  EXPECT_EQ(decode_failure(bytes_of("\0\0\0\x1C"
                                    "ftypavif\0\0\0\0"sv)),
            "AVIF, HEIC and video are not supported (brand 'avif')");
  EXPECT_EQ(decode_failure(bytes_of("\xFF\xD8\xFF"sv)), "truncated JPEG: the data ends early");
}

TEST(Decode, RefusesCutFilesOfEveryFormat) {
  for (const std::string name :
       {"rgb-8bit.png", "photo.webp", "lossless.webp", "lzw.tiff", "photo.bmp", "binary.ppm"}) {
    const auto encoded = test::read_file(test::data_path("golden/images/" + name));
    for (std::size_t i = 1; i < 20; ++i) {
      const std::size_t kept = encoded.size() * i / 20;
      EXPECT_NE(decode_failure({encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(kept)}), "")
          << name << " cut to " << kept;
    }
  }
}

TEST(Decode, LetsLibpngWarnOfNoColourProfile) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(decode_failure(test::read_file(test::data_path("golden/images/rgb-8bit.png"))), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Decode, RefusesAPngWithoutItsEnd) {
  const auto png = test::read_file(test::data_path("golden/images/rgb-8bit.png"));
  EXPECT_EQ(decode_failure({png.begin(), png.end() - 12}), "truncated PNG: the data ends early");
  auto longer = png;
  longer.resize(png.size() + 5);
  EXPECT_EQ(decode_failure(longer), "");
}

TEST(Decode, RefusesAPngBombByItsHeader) {
  auto png = test::read_file(test::data_path("golden/images/rgb-8bit.png"));
  std::fill_n(png.begin() + 17, 2, std::byte{0xFF});
  EXPECT_THAT(decode_failure(png), testing::HasSubstr("more than the limit"));
}

TEST(Decode, ScalesSixteenBitGrayAndSaysSoOnce) {
  std::vector<std::string> messages;
  const ImageDecoder decoder(decode_with_opencv,
                             [&](LogLevel, std::string_view message) { messages.emplace_back(message); });
  const auto png = test::gray_ramp_png_16_bit(64, 16);
  for (int i = 0; i < 3; ++i) {
    const RgbImage image = decoder.decode(png, {});
    EXPECT_EQ(image.row(0)[0], 0);
    EXPECT_NEAR(image.row(8)[0], 128, 1);
    EXPECT_EQ(image.row(15)[63 * 3], 255);
  }
  EXPECT_THAT(messages, testing::ElementsAre(testing::HasSubstr("16-bit gray PNG")));
}

}  // namespace
}  // namespace vit_embed
