#include "image/jpeg2000_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "image/byte_order.h"
#include "image/decode_failure.h"
#include "image/image_size_limit.h"

namespace vit_embed {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint64_t kMaxComponents = 4;
constexpr std::uint64_t kSizMarker = 0xFF51;
constexpr std::uint64_t kCodMarker = 0xFF52;
constexpr std::uint64_t kSotMarker = 0xFF90;
constexpr std::size_t kLargestPrecinctExponent = 15;

std::uint64_t number(Bytes bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || size > bytes.size() - at)
    fail("truncated or corrupt JPEG 2000: cut in its headers");
  return big_endian(bytes.subspan(at, size));
}

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) {
  return (value + by - 1) / by;
}

/// The content of the first box of this type; nothing where there is none. ISO 15444-1, annex I.4.
Bytes find_box(Bytes boxes, std::string_view type) {
  std::size_t at = 0;
  while (at + 8 <= boxes.size()) {
    std::uint64_t length = number(boxes, at, 4);
    const std::size_t header = length == 1 ? 16 : 8;
    if (length == 1) length = number(boxes, at + 8, 8);
    if (length == 0) length = boxes.size() - at;
    if (length < header) return {};
    const std::size_t size = std::min<std::uint64_t>(length, boxes.size() - at);
    if (size < header) return {};
    const std::string_view found(reinterpret_cast<const char*>(boxes.data()) + at + 4, 4);
    if (found == type) return boxes.subspan(at + header, size - header);
    at += size;
  }
  return {};
}

/// The SIZ marker segment, which stands behind the codestream's first marker. ISO 15444-1, A.5.1.
struct Siz {
  std::uint64_t width;
  std::uint64_t height;
  std::uint64_t components;
  std::uint64_t tiles;

  std::uint64_t samples() const { return width * height * components; }
};

Siz read_siz(Bytes codestream, const DecodeOptions& options) {
  if (number(codestream, 2, 2) != kSizMarker) fail("corrupt JPEG 2000: its size does not come first");
  const auto field = [&](std::size_t at) { return number(codestream, at, 4); };
  const std::uint64_t right = field(8), bottom = field(12), left = field(16), top = field(20);
  const std::uint64_t tile_width = field(24), tile_height = field(28), tile_left = field(32),
                      tile_top = field(36);
  if (right < left || bottom < top || tile_left > left || tile_top > top || tile_width == 0 ||
      tile_height == 0) {
    fail("corrupt JPEG 2000: an impossible size");
  }
  check_image_size(right - left, bottom - top, options);
  return {right - left, bottom - top, number(codestream, 40, 2),
          divided_up(right - tile_left, tile_width) * divided_up(bottom - tile_top, tile_height)};
}

/// Of a COD segment whose content starts at `at`: precincts and layers of the whole image. A.6.1.
void check_coding(Bytes codestream, std::size_t at, const Siz& siz) {
  const bool has_precincts = (number(codestream, at, 1) & 1) != 0;
  const std::uint64_t layers = number(codestream, at + 2, 2);
  const std::uint64_t levels = number(codestream, at + 5, 1);
  std::uint64_t precincts = 0;
  for (std::uint64_t level = 0; level <= std::min<std::uint64_t>(levels, 32); ++level) {
    const std::uint64_t sides = has_precincts ? number(codestream, at + 10 + level, 1)
                                              : (kLargestPrecinctExponent << 4 | kLargestPrecinctExponent);
    const std::uint64_t scale = std::uint64_t{1} << (std::min<std::uint64_t>(levels, 32) - level);
    precincts +=
        std::max(siz.tiles, divided_up(divided_up(siz.width, scale), std::uint64_t{1} << (sides & 15)) *
                                divided_up(divided_up(siz.height, scale), std::uint64_t{1} << (sides >> 4)));
  }
  precincts *= siz.components;
  if (precincts > 65536 + siz.samples() / 64 || precincts * layers > 10'000'000 + siz.samples()) {
    fail(fmt::format("corrupt JPEG 2000: {} precincts and {} layers", precincts, layers));
  }
}

void check_codestream(Bytes codestream, const DecodeOptions& options) {
  const Siz siz = read_siz(codestream, options);
  if (siz.components < 1 || siz.components > kMaxComponents) {
    fail(fmt::format("JPEG 2000 with {} components is not supported", siz.components));
  }
  if (siz.tiles > 4096 + siz.width * siz.height / 4096) {
    fail(fmt::format("corrupt JPEG 2000: {} tiles", siz.tiles));
  }
  for (std::size_t at = 2; at + 4 <= codestream.size();) {
    const std::uint64_t marker = number(codestream, at, 2);
    if (marker == kSotMarker) return;
    if (marker == kCodMarker) check_coding(codestream, at + 4, siz);
    at += 2 + number(codestream, at + 2, 2);
  }
}

}  // namespace

void check_jpeg2000_limits(Bytes encoded, const DecodeOptions& options) {
  if (!encoded.empty() && encoded[0] == std::byte{0xFF}) return check_codestream(encoded, options);
  const Bytes palette = find_box(find_box(encoded, "jp2h"), "pclr");
  if (!palette.empty() && number(palette, 2, 1) > kMaxComponents) {
    fail("JPEG 2000 with so wide a palette is not supported");
  }
  const Bytes codestream = find_box(encoded, "jp2c");
  if (codestream.empty()) fail("truncated or corrupt JPEG 2000: no codestream");
  check_codestream(codestream, options);
}

}  // namespace vit_embed
