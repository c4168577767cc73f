#include "image/decode.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/resize.h"
#include "support/rgb_png.h"
#include "test_images.h"

namespace vit_embed {
namespace {

using namespace std::string_view_literals;
using test::bytes_of;
using test::decode_failure;

TEST(Decode, AndResizeEqualPillowOnEveryGoldenImage) {
  const ImageDecoder decoder({});
  for (const std::string& name : test::read_lines(test::data_path("golden/names.txt"))) {
    const RgbImage image = decoder.decode(test::read_file(test::data_path("golden/images/" + name)), {});
    const RgbImage expected = test::read_rgb_png(test::data_path("golden/pixels/" + name + ".png"));
    EXPECT_EQ(test::max_difference(resize(image, 224, 224, Resample::bilinear), expected), 0) << name;
  }
}

TEST(Decode, SaysWhyWhatIsNoImageIsRefused) {
  EXPECT_EQ(decode_failure({}), "empty file");
  EXPECT_EQ(decode_failure(bytes_of("<html>not found</html>")), "not an image in a known format");
  EXPECT_EQ(decode_failure(bytes_of("\0\0\0\x1C"
                                    "ftypavif\0\0\0\0"sv)),
            "AVIF, HEIC and video are not supported (brand 'avif')");
  EXPECT_EQ(decode_failure(bytes_of("\0\0\0\x1C"
                                    "ftypa\n\x1Bz\0\0\0\0"sv)),
            "AVIF, HEIC and video are not supported (brand 'a ?z')");
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

TEST(Decode, RefusesByItsHeaderWhatIsLargerThanTheLimit) {
  const ImageDecoder decoder({});
  for (const std::string file :
       {"jpeg/gray.jpg", "png/rgb-8bit.png", "webp/lossy-16x16.webp", "tiff/rle-strips-of-7.tif",
        "gif/89a.gif", "bmp/rgb-24bit.bmp", "pnm/p6-61x47.ppm", "jp2/rgb-lossless.jp2"}) {
    const auto encoded = test::read_file(test::corpus_path(file));
    const RgbImage image = decoder.decode(encoded, {});
    const auto pixels =
        static_cast<std::uint64_t>(image.width()) * static_cast<std::uint64_t>(image.height());
    EXPECT_EQ(decode_failure(encoded, {.max_pixels = pixels}), "") << file;
    EXPECT_EQ(
        decode_failure(encoded, {.max_pixels = pixels - 1}),
        fmt::format("{}x{} is more than the limit of {} pixels", image.width(), image.height(), pixels - 1))
        << file;
  }
}

TEST(Decode, ScalesSixteenBitGrayAndSaysSoOnce) {
  std::vector<std::string> messages;
  const ImageDecoder decoder([&](LogLevel, std::string_view message) { messages.emplace_back(message); });
  const auto png = gray_ramp_png_16_bit(64, 16);
  for (int i = 0; i < 3; ++i) {
    const RgbImage image = decoder.decode(std::as_bytes(std::span(png)), {});
    EXPECT_EQ(image.row(0)[0], 0);
    EXPECT_NEAR(image.row(8)[0], 128, 1);
    EXPECT_EQ(image.row(15)[63 * 3], 255);
  }
  EXPECT_THAT(messages, testing::ElementsAre(testing::HasSubstr("16-bit gray")));
}

/// Their headers ask OpenJPEG for gigabytes or minutes.
TEST(Decode, RefusesJpeg2000ThatAsksForMoreThanAnImageNeeds) {
  const std::filesystem::path seeds = test::data_path("../fuzz/seeds/image");
  const auto failure = [&](const char* file) { return decode_failure(test::read_file(seeds / file)); };
  EXPECT_THAT(failure("fault-j2k-prec.j2k"), testing::HasSubstr("precincts and 1 layers"));
  EXPECT_THAT(failure("fault-j2k-prec-layers.j2k"), testing::HasSubstr("precincts and 65535 layers"));
  EXPECT_THAT(failure("fault-j2k-coc.j2k"), testing::HasSubstr("1000001 precincts and 1 layers"));
  EXPECT_THAT(failure("fault-j2k-tile-cod.j2k"), testing::HasSubstr("1000001 precincts and 1 layers"));
  EXPECT_THAT(failure("fault-j2k-tile-coc.j2k"), testing::HasSubstr("1000001 precincts and 1 layers"));
  EXPECT_THAT(failure("fault-j2k-tile-layers.j2k"), testing::HasSubstr("10001 precincts and 65535 layers"));
  EXPECT_THAT(failure("fault-j2k-unknown-marker.j2k"), testing::HasSubstr("1000001 precincts and 1 layers"));
  EXPECT_THAT(failure("fault-j2k-layers.j2k"), testing::HasSubstr("1024 precincts and 40000 layers"));
  EXPECT_EQ(failure("fault-j2k-tiles1.j2k"), "corrupt JPEG 2000: 65535 tiles");
  EXPECT_EQ(failure("fault-j2k-3000tiles-500c-noSOT.j2k"), "JPEG 2000 with 500 components is not supported");
  EXPECT_EQ(failure("fault-jp2-pclr.jp2"), "JPEG 2000 with so wide a palette is not supported");
  EXPECT_EQ(failure("fault-jp2-pclr-stray.jp2"), "JPEG 2000 with so wide a palette is not supported");
  EXPECT_THAT(failure("fault-jp2-past-jp2c.jp2"), testing::HasSubstr("1000001 precincts and 1 layers"));
}

/// In bytes: the most that this process has ever held.
std::int64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

TEST(Decode, TakesNoMemoryForPnmSamplesThatAreNotThere) {
  constexpr std::int64_t kSlack = 64 << 20;
  for (const std::string kind : {"P1", "P2", "P3", "P4", "P5", "P6"}) {
    const bool is_bitmap = kind == "P1" || kind == "P4";
    const std::string header = kind + " 2 80000000" + (is_bitmap ? "\n" : " 255\n");
    const std::int64_t before = peak_memory();
    EXPECT_EQ(decode_failure(bytes_of(header + "0 1 0 1 0 1 ")), "truncated PNM: the data ends early");
    EXPECT_LT(peak_memory() - before, kSlack) << kind;
    EXPECT_EQ(decode_failure(bytes_of(header + "0 1 0 1 0 1 "), {.allow_truncated = true}), "");
    EXPECT_LT(peak_memory() - before, kSlack) << kind << ", truncation allowed";
  }
}

TEST(Decode, RefusesTiffCompressionsThatPillowDoesNotRead) {
  EXPECT_EQ(decode_failure(test::read_file(test::data_path("../fuzz/seeds/image/fault-jbig-huge.tif"))),
            "TIFF with compression 34661 is not supported");
}

}  // namespace
}  // namespace vit_embed
