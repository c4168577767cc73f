#include "image/metadata_orientation.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "test_images.h"

namespace vit_embed {
namespace {

using test::bytes_of;

int of_exif(const std::vector<std::byte>& exif) {
  return metadata_orientation(exif, {});
}

int of_xmp(std::string_view xmp) {
  return metadata_orientation({}, bytes_of(xmp));
}

constexpr std::string_view kOrientation6 = {"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
                                            26};

TEST(MetadataOrientation, ReadsExifWithAndWithoutThePrefix) {
  EXPECT_EQ(of_exif(bytes_of(kOrientation6)), 6);
  EXPECT_EQ(of_exif(bytes_of(std::string("Exif\0\0", 6).append(kOrientation6))), 6);
}

TEST(MetadataOrientation, IsOneWhereExifHasNoneOrIsDamaged) {
  EXPECT_EQ(of_exif({}), 1);
  EXPECT_EQ(of_exif(bytes_of("not a TIFF structure at all")), 1);
  for (std::size_t size = 0; size < 22; ++size) {
    EXPECT_EQ(of_exif(bytes_of(kOrientation6.substr(0, size))), 1) << size;
  }
  for (const char value : {'\0', '\x09', '\xFF'}) {
    std::string block(kOrientation6);
    block[18] = value;
    EXPECT_EQ(of_exif(bytes_of(block)), 1);
  }
  std::string far_directory(kOrientation6);
  far_directory.replace(4, 4, "\xF0\xFF\xFF\xFF");
  EXPECT_EQ(of_exif(bytes_of(far_directory)), 1);
}

TEST(MetadataOrientation, TakesExifNumbersOfTwoAndFourBytesOnly) {
  std::string block(kOrientation6);
  for (const auto& [format, expected] : {std::pair{3, 6}, {4, 6}, {8, 6}, {9, 6}, {1, 1}, {2, 1}, {7, 1}}) {
    block[12] = static_cast<char>(format);
    EXPECT_EQ(of_exif(bytes_of(block)), expected) << format;
  }
}

TEST(MetadataOrientation, LooksIntoTheFirst64KiBOfExif) {
  EXPECT_EQ(of_exif(bytes_of(std::string(kOrientation6).append(1 << 20, '\0'))), 6);
  std::string far_directory = std::string(kOrientation6).append(1 << 20, '\0');
  far_directory.replace(4, 4, std::string("\0\0\x02\0", 4));
  far_directory.replace(0x20000, 18, kOrientation6.substr(8));
  EXPECT_EQ(of_exif(bytes_of(far_directory)), 1);
}

TEST(MetadataOrientation, IsXmpsWhereExifHasNone) {
  EXPECT_EQ(of_xmp("<x tiff:Orientation=\"3\"/>"), 3);
  EXPECT_EQ(of_xmp("<tiff:Orientation>8</tiff:Orientation>"), 8);
  EXPECT_EQ(of_xmp("<tiff:Orientation rdf:x='y'/><tiff:Orientation>5</tiff:Orientation>"), 5);
  EXPECT_EQ(of_xmp("<x tiff:Orientation='3'/>"), 1);
  EXPECT_EQ(of_xmp("<x tiff:Orientation=\"9\"/>"), 1);
  EXPECT_EQ(of_xmp("<x tiff:Orientation=\""), 1);
  EXPECT_EQ(metadata_orientation(bytes_of(kOrientation6), bytes_of("<tiff:Orientation>8<")), 6);
}

TEST(MetadataOrientation, NeverFailsAnImage) {
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

}  // namespace
}  // namespace vit_embed
