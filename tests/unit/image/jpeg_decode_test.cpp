#include "image/jpeg_decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>

#include "base/error.h"
#include "test_images.h"

namespace vit_embed {
namespace {

TEST(JpegDecode, AcceptsAndRefusesCutFilesAsPillowDoes) {
  int refused = 0;
  const auto lines = test::read_lines(test::data_path("pillow/truncation.txt"));
  ASSERT_GT(lines.size(), 300U);
  for (const std::string& line : lines) {
    std::istringstream fields(line);
    std::string file, digest;
    std::size_t kept = 0;
    fields >> file >> kept >> digest;
    const auto encoded = test::read_file(test::data_path("golden/images/" + file));
    std::string result;
    try {
      result = test::pixel_digest(decode_jpeg(std::span(encoded).first(kept), {}).image);
    } catch (const InputError& error) {
      EXPECT_EQ(error.kind(), FailureKind::permanent);
      EXPECT_THAT(error.what(), testing::HasSubstr("JPEG"));
      result = "error";
      ++refused;
    }
    EXPECT_EQ(result, digest) << line;
  }
  EXPECT_GT(refused, 250);
}

TEST(JpegDecode, SaysThatAFileIsTruncated) {
  const auto encoded = test::read_file(test::data_path("golden/images/photo-baseline-q90.jpg"));
  EXPECT_EQ(test::decode_failure({encoded.begin(), encoded.begin() + 10'000}),
            "truncated JPEG: the data ends early");
}

TEST(JpegDecode, PassesDamageThatLibjpegOnlyWarnsOf) {
  auto encoded = test::read_file(test::data_path("golden/images/photo-baseline-q90.jpg"));
  testing::internal::CaptureStderr();
  std::fill_n(encoded.begin() + 12'000, 4, std::byte{0x55});
  EXPECT_EQ(test::decode_failure(encoded), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(JpegDecode, GivesLibjpegsReasonForACorruptHeader) {
  auto encoded = test::read_file(test::data_path("golden/images/photo-baseline-q90.jpg"));
  const std::string text(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  const std::size_t frame = text.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  encoded[frame + 4] = std::byte{12};
  EXPECT_EQ(test::decode_failure(encoded), "corrupt JPEG: Unsupported JPEG data precision 12");
}

TEST(JpegDecode, RefusesADecompressionBomb) {
  auto encoded = test::read_file(test::data_path("golden/images/photo-baseline-q90.jpg"));
  const std::string text(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  const std::size_t frame = text.find("\xFF\xC0");
  std::fill_n(encoded.begin() + static_cast<std::ptrdiff_t>(frame) + 5, 4, std::byte{0xF0});
  EXPECT_THAT(test::decode_failure(encoded), testing::HasSubstr("more than the limit"));
}

/// The last scan of a progressive file, over and over.
std::vector<std::byte> with_repeated_last_scan(const std::vector<std::byte>& encoded, int times) {
  std::string text(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  const std::size_t scan = text.rfind("\xFF\xDA");
  const std::string repeated = text.substr(scan, text.size() - 2 - scan);
  text.resize(text.size() - 2);
  for (int i = 0; i < times; ++i) text += repeated;
  return test::bytes_of(text + "\xFF\xD9");
}

TEST(JpegDecode, RefusesEndlessScans) {
  const auto encoded = test::read_file(test::data_path("golden/images/photo-progressive-q75.jpg"));
  EXPECT_EQ(test::decode_failure(with_repeated_last_scan(encoded, 2)), "");
  EXPECT_EQ(test::decode_failure(with_repeated_last_scan(encoded, 600)), "JPEG with more than 500 scans");
}

TEST(JpegDecode, AllowsFewerScansTheLargerTheImageIs) {
  const auto encoded = test::read_file(test::data_path("golden/images/photo-progressive-q75.jpg"));
  const auto repeated = with_repeated_last_scan(encoded, 50);
  const std::uint64_t pixels = 600 * 400;
  EXPECT_EQ(test::decode_failure(encoded, {.max_pixels = pixels}), "");
  EXPECT_EQ(test::decode_failure(repeated, {.max_pixels = pixels}), "JPEG with more than 20 scans");
  EXPECT_EQ(test::decode_failure(repeated, {.max_pixels = 4 * pixels}), "");
}

/// As many as this would cost libjpeg-turbo 2, which keeps them in a list, the better part of a minute.
TEST(JpegDecode, TakesTheLastOfManyXmpSegments) {
  const auto encoded = test::read_file(test::data_path("golden/images/photo-baseline-q90.jpg"));
  const std::string text(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  const auto segment = [](char orientation) {
    std::string content = "http://ns.adobe.com/xap/1.0/";
    content += '\0';
    content += std::string("<tiff:Orientation>") + orientation + "<";
    return std::string("\xFF\xE1") + '\0' + static_cast<char>(content.size() + 2) + content;
  };
  std::string segments;
  for (int i = 0; i < 200'000; ++i) segments += segment('1');
  const StoredImage stored =
      decode_jpeg(test::bytes_of(text.substr(0, 2) + segments + segment('6') + text.substr(2)), {});
  EXPECT_EQ(stored.orientation, 6);
}

}  // namespace
}  // namespace vit_embed
