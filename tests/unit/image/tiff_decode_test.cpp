#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "test_images.h"

namespace vit_embed {
namespace {

using test::decode_failure;

/// The bytes of a little-endian TIFF, as far as they are written.
class TiffBytes {
 public:
  std::size_t size() const { return bytes_.size(); }
  std::vector<std::byte> bytes() const { return test::bytes_of(bytes_); }

  void put(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  }
  void put_entry(std::uint64_t tag, std::uint64_t type, std::uint64_t count, std::uint64_t value) {
    put(tag, 2);
    put(type, 2);
    put(count, 4);
    put(value, 4);
  }

 private:
  std::string bytes_;
};

/// A gray image, 8 pixels wide, of PackBits strips of one row: eight black pixels, then zeros that no row
/// asks for. Strips stand `pitch` bytes apart and each says that it is `claimed` bytes long.
std::vector<std::byte> tiff_of_strips(std::size_t num_strips, std::size_t pitch, std::size_t claimed) {
  constexpr std::uint64_t kShort = 3, kLong = 4;
  constexpr std::size_t kNumEntries = 8;
  constexpr std::size_t kHeader = 8, kDirectory = 2 + 12 * kNumEntries + 4;
  const std::size_t offsets_at = kHeader + kDirectory;
  const std::size_t counts_at = offsets_at + 4 * num_strips;
  const std::size_t strips_at = counts_at + 4 * num_strips;
  TiffBytes tiff;
  tiff.put('I' | 'I' << 8, 2);
  tiff.put(42, 2);
  tiff.put(kHeader, 4);
  tiff.put(kNumEntries, 2);
  tiff.put_entry(256, kLong, 1, 8);           // width
  tiff.put_entry(257, kLong, 1, num_strips);  // height
  tiff.put_entry(258, kShort, 1, 8);          // bits a sample
  tiff.put_entry(259, kShort, 1, 32773);      // PackBits
  tiff.put_entry(262, kShort, 1, 1);          // black is 0
  tiff.put_entry(273, kLong, num_strips, offsets_at);
  tiff.put_entry(278, kShort, 1, 1);  // rows a strip
  tiff.put_entry(279, kLong, num_strips, counts_at);
  tiff.put(0, 4);
  for (std::size_t i = 0; i < num_strips; ++i) tiff.put(strips_at + i * pitch, 4);
  for (std::size_t i = 0; i < num_strips; ++i) tiff.put(claimed, 4);
  while (tiff.size() < strips_at + (num_strips - 1) * pitch + claimed) {
    const std::size_t at = tiff.size() - strips_at;
    const std::size_t in_strip = pitch == 0 ? at : at % pitch;
    tiff.put(in_strip == 0 ? 0xF9 : 0, 1);  // 0xF9 repeats the next byte eight times
  }
  return tiff.bytes();
}

TEST(TiffDecode, RefusesStripsThatAllClaimTheSameBytes) {
  EXPECT_EQ(decode_failure(tiff_of_strips(200, 0, 20'000)), "corrupt TIFF: its strips or tiles overlap");
}

TEST(TiffDecode, ReadsStripsThatOverlapNoMoreThanStripsInVain) {
  EXPECT_EQ(decode_failure(tiff_of_strips(200, 0, 1000)), "");
}

TEST(TiffDecode, ReadsStripsOfBadlyEncodedBytes) {
  EXPECT_EQ(decode_failure(tiff_of_strips(200, 20'000, 20'000)), "");
}

}  // namespace
}  // namespace vit_embed
