#include "image/bmp_decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "image/bmp_rle.h"
#include "image/byte_order.h"
#include "image/decode_failure.h"
#include "image/image_size_limit.h"

namespace vit_embed {
namespace {

using Bytes = std::span<const std::byte>;
using Color = std::array<std::uint8_t, RgbImage::kChannels>;

enum Compression : std::uint32_t { kRaw = 0, kRle8 = 1, kRle4 = 2, kBitfields = 3 };

constexpr std::size_t kFileHeaderSize = 14;
constexpr std::size_t kOs2HeaderSize = 12;
constexpr std::size_t kInfoHeaderSize = 40;
constexpr std::uint32_t kLargestPalette = 65536;

Bytes part(Bytes bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || size > bytes.size() - at) fail_truncated("BMP");
  return bytes.subspan(at, size);
}

/// What stands before the pixels.
struct BmpHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool is_top_down = false;
  unsigned bits = 0;  ///< of a pixel
  std::uint32_t compression = kRaw;
  std::array<std::uint32_t, 4> masks{};  ///< of red, green, blue and alpha, with kBitfields
  std::array<Color, 256> palette{};      ///< black where the file has no colour
  std::size_t pixels_at = 0;

  std::size_t row_size() const { return (std::size_t{width} * bits + 7) / 8; }
  std::size_t row_stride() const { return (row_size() + 3) / 4 * 4; }
};

/// Reads the headers, and the palette where there is one. BITMAPCOREHEADER to BITMAPV5HEADER, as
/// BmpImagePlugin takes them.
class BmpHeaderReader {
 public:
  explicit BmpHeaderReader(Bytes bmp) : bmp_(bmp) {}

  BmpHeader read() {
    header_.pixels_at = number(10, 4);
    header_size_ = number(kFileHeaderSize, 4);
    constexpr std::array<std::size_t, 7> kSizes{kOs2HeaderSize, kInfoHeaderSize, 52, 56, 64, 108, 124};
    if (std::ranges::find(kSizes, header_size_) == kSizes.end()) {
      fail(fmt::format("BMP with a header of {} bytes is not supported", header_size_));
    }
    end_ = kFileHeaderSize + header_size_;
    part(bmp_, 0, end_);
    header_size_ == kOs2HeaderSize ? read_os2() : read_windows();
    if (header_.bits <= 8) read_palette();
    if (header_.pixels_at == 0) header_.pixels_at = end_;
    return header_;
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t size) const {
    return static_cast<std::uint32_t>(little_endian(part(bmp_, at, size)));
  }

  void read_os2() {
    header_.width = number(18, 2);
    header_.height = number(20, 2);
    header_.bits = number(24, 2);
    num_colors_ = 1U << std::min(header_.bits, 16U);
    color_size_ = 3;
  }

  void read_windows() {
    header_.width = number(18, 4);
    header_.height = number(22, 4);
    header_.is_top_down = header_.height >> 24 == 0xFF;
    if (header_.is_top_down) header_.height = 0U - header_.height;
    header_.bits = number(28, 2);
    header_.compression = number(30, 4);
    num_colors_ = number(46, 4);
    if (num_colors_ == 0) num_colors_ = 1U << std::min(header_.bits, 16U);
    color_size_ = 4;
    if (header_.compression == kBitfields) read_masks();
  }

  /// Behind a header of 40 bytes there are three, which a longer one has within it, and alpha's as well.
  void read_masks() {
    const bool has_alpha = header_size_ >= 56;
    for (std::size_t i = 0; i < (has_alpha ? 4 : 3); ++i)
      header_.masks[i] = number(kFileHeaderSize + kInfoHeaderSize + 4 * i, 4);
    if (header_size_ == kInfoHeaderSize) end_ += std::size_t{3} * 4;
  }

  void read_palette() {
    if (num_colors_ > kLargestPalette) fail(fmt::format("corrupt BMP: palette of {} colours", num_colors_));
    // Some files say that the pixels begin where the palette does.
    if (header_.pixels_at == kFileHeaderSize + header_size_)
      header_.pixels_at += std::size_t{color_size_} * num_colors_;
    const std::size_t there = std::min<std::size_t>(num_colors_, (bmp_.size() - end_) / color_size_);
    for (std::size_t i = 0; i < std::min(there, header_.palette.size()); ++i) {
      const Bytes bgr = part(bmp_, end_ + i * color_size_, 3);
      for (std::size_t c = 0; c < 3; ++c) header_.palette[i][c] = std::to_integer<std::uint8_t>(bgr[2 - c]);
    }
    end_ += there * color_size_;
  }

  Bytes bmp_;
  BmpHeader header_;
  std::size_t header_size_ = 0;
  std::size_t end_ = 0;  // of what has been read
  std::uint32_t num_colors_ = 0;
  std::size_t color_size_ = 0;
};

/// At which byte of a pixel red, green and blue stand; nothing where the layout is none of Pillow's.
std::optional<std::array<std::size_t, 3>> byte_order_of(const BmpHeader& header) {
  constexpr std::array<std::size_t, 3> kBgr{2, 1, 0};
  if (header.compression != kBitfields) return kBgr;
  struct Layout {
    unsigned bits;
    std::array<std::uint32_t, 4> masks;
    std::array<std::size_t, 3> order;
  };
  static constexpr std::array<Layout, 9> kLayouts{{
      {24, {0xFF0000, 0xFF00, 0xFF, 0}, kBgr},
      {32, {0xFF0000, 0xFF00, 0xFF, 0}, kBgr},
      {32, {0xFF000000, 0xFF0000, 0xFF00, 0}, {3, 2, 1}},
      {32, {0xFF000000, 0xFF00, 0xFF, 0}, {3, 1, 0}},
      {32, {0xFF000000, 0xFF0000, 0xFF00, 0xFF}, {3, 2, 1}},
      {32, {0xFF, 0xFF00, 0xFF0000, 0xFF000000}, {0, 1, 2}},
      {32, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}, kBgr},
      {32, {0xFF000000, 0xFF00, 0xFF, 0xFF0000}, {3, 1, 0}},
      {32, {0, 0, 0, 0}, kBgr},
  }};
  for (const Layout& layout : kLayouts) {
    const bool has_no_alpha = header.bits == 24;
    if (layout.bits == header.bits &&
        std::equal(layout.masks.begin(), layout.masks.end() - has_no_alpha, header.masks.begin()))
      return layout.order;
  }
  return std::nullopt;
}

/// Bits of green in a pixel of 16; 0 where the layout is none of Pillow's.
unsigned green_bits_of(const BmpHeader& header) {
  if (header.compression != kBitfields) return 5;
  const std::array<std::uint32_t, 3> masks{header.masks[0], header.masks[1], header.masks[2]};
  if (masks == std::array<std::uint32_t, 3>{0xF800, 0x7E0, 0x1F}) return 6;
  return masks == std::array<std::uint32_t, 3>{0x7C00, 0x3E0, 0x1F} ? 5 : 0;
}

/// One uncompressed row to RGB.
class BmpRowConverter {
 public:
  explicit BmpRowConverter(const BmpHeader& header) : header_(header) {
    const bool is_supported = header.bits == 16   ? (green_bits_ = green_bits_of(header)) != 0
                              : header.bits >= 24 ? take_byte_order()
                                                  : header.compression != kBitfields;
    if (!is_supported) fail("BMP with such bitfields is not supported");
  }

  void convert(Bytes row, std::uint8_t* rgb) const {
    switch (header_.bits) {
      case 16:
        return convert_16(row, rgb);
      case 24:
      case 32:
        return convert_bytes(row, rgb);
      default:
        return convert_indices(row, rgb);
    }
  }

 private:
  bool take_byte_order() {
    const std::optional<std::array<std::size_t, 3>> order = byte_order_of(header_);
    if (order) order_ = *order;
    return order.has_value();
  }

  void convert_16(Bytes row, std::uint8_t* rgb) const {
    const unsigned green_largest = (1U << green_bits_) - 1;
    for (std::uint32_t x = 0; x < header_.width; ++x, rgb += 3) {
      const auto pixel = static_cast<unsigned>(little_endian(row.subspan(std::size_t{2} * x, 2)));
      rgb[0] = static_cast<std::uint8_t>((pixel >> (5 + green_bits_) & 31) * 255 / 31);
      rgb[1] = static_cast<std::uint8_t>((pixel >> 5 & green_largest) * 255 / green_largest);
      rgb[2] = static_cast<std::uint8_t>((pixel & 31) * 255 / 31);
    }
  }

  void convert_bytes(Bytes row, std::uint8_t* rgb) const {
    const std::byte* pixel = row.data();
    for (std::uint32_t x = 0; x < header_.width; ++x, pixel += header_.bits / 8, rgb += 3) {
      for (std::size_t c = 0; c < 3; ++c) rgb[c] = std::to_integer<std::uint8_t>(pixel[order_[c]]);
    }
  }

  void convert_indices(Bytes row, std::uint8_t* rgb) const {
    const unsigned per_byte = 8 / header_.bits;
    for (std::uint32_t x = 0; x < header_.width; ++x) {
      const unsigned shift = (per_byte - 1 - x % per_byte) * header_.bits;
      const auto index = std::to_integer<unsigned>(row[x / per_byte]) >> shift & ((1U << header_.bits) - 1);
      rgb = std::ranges::copy(header_.palette[index], rgb).out;
    }
  }

  const BmpHeader& header_;
  std::array<std::size_t, 3> order_{};
  unsigned green_bits_ = 0;
};

std::uint8_t* stored_row(RgbImage& image, const BmpHeader& header, std::uint32_t y) {
  return image.row(static_cast<int>(header.is_top_down ? y : header.height - 1 - y));
}

/// Both return how many rows there are.
std::uint32_t read_rle(Bytes bmp, const BmpHeader& header, RgbImage& image) {
  const unsigned bits = header.compression == kRle4 ? 4 : 8;
  const std::vector<std::uint8_t> indices =
      read_bmp_rle(bmp, header.pixels_at, {bits, header.width, header.height});
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < header.height; ++y) {
    std::uint8_t* rgb = stored_row(image, header, y);
    if (indices.size() - i < header.width) return y;
    for (std::uint32_t x = 0; x < header.width; ++x, ++i)
      rgb = std::ranges::copy(header.palette[indices[i]], rgb).out;
  }
  return header.height;
}

std::uint32_t read_raw(Bytes bmp, const BmpHeader& header, RgbImage& image) {
  const BmpRowConverter converter(header);
  for (std::uint32_t y = 0; y < header.height; ++y) {
    const std::size_t at = header.pixels_at + y * header.row_stride();
    if (at > bmp.size() || bmp.size() - at < header.row_size()) return y;
    converter.convert(bmp.subspan(at, header.row_size()), stored_row(image, header, y));
  }
  return header.height;
}

}  // namespace

StoredImage decode_bmp(std::span<const std::byte> encoded, const DecodeOptions& options) {
  const BmpHeader header = BmpHeaderReader(encoded).read();
  check_image_size(header.width, header.height, options);
  constexpr std::array<unsigned, 6> kBits{1, 4, 8, 16, 24, 32};
  if (std::ranges::find(kBits, header.bits) == kBits.end()) {
    fail(fmt::format("BMP of {} bits a pixel is not supported", header.bits));
  }
  const bool is_rle = header.compression == kRle8 || header.compression == kRle4;
  if ((!is_rle && header.compression != kRaw && header.compression != kBitfields) ||
      (is_rle && header.bits > 8)) {
    fail(fmt::format("BMP of {} bits with compression {} is not supported", header.bits, header.compression));
  }
  StoredImage stored{RgbImage::black(static_cast<int>(header.width), static_cast<int>(header.height))};
  const std::uint32_t num_rows =
      is_rle ? read_rle(encoded, header, stored.image) : read_raw(encoded, header, stored.image);
  if (num_rows < header.height && (!options.allow_truncated || num_rows == 0)) fail_truncated("BMP");
  return stored;
}

}  // namespace vit_embed
