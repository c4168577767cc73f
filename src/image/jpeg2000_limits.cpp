#include "image/jpeg2000_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
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
constexpr std::uint64_t kCocMarker = 0xFF53;
constexpr std::uint64_t kSotMarker = 0xFF90;
constexpr std::uint64_t kSodMarker = 0xFF93;
constexpr std::uint64_t kMostLevels = 32;

std::uint64_t number(Bytes bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || size > bytes.size() - at)
    fail("truncated or corrupt JPEG 2000: cut in its headers");
  return big_endian(bytes.subspan(at, size));
}

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) {
  return (value + by - 1) / by;  // NOLINT(clang-analyzer-core.DivideZero): read_siz refuses tiles of no size
}

struct Box {
  std::string_view type;
  Bytes content;
};

/// The first of the boxes, which is taken from them; nothing where there is none. ISO 15444-1, annex I.4.
std::optional<Box> take_box(Bytes& boxes) {
  if (boxes.size() < 8) return std::nullopt;
  std::uint64_t length = number(boxes, 0, 4);
  const std::size_t header = length == 1 ? 16 : 8;
  if (length == 1) length = number(boxes, 8, 8);
  if (length == 0) length = boxes.size();
  const std::size_t size = std::min<std::uint64_t>(length, boxes.size());
  if (size < header) return std::nullopt;
  const Box box{{reinterpret_cast<const char*>(boxes.data()) + 4, 4}, boxes.subspan(header, size - header)};
  boxes = boxes.subspan(size);
  return box;
}

void check_palette(const Box& box) {
  if (box.type != "pclr" || number(box.content, 2, 1) <= kMaxComponents) return;
  fail("JPEG 2000 with so wide a palette is not supported");
}

/// One side of the image on the grid that its tiles stand on, too.
struct Axis {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t tile_begin;
  std::uint64_t tile_size;

  std::uint64_t size() const { return end - begin; }
  std::uint64_t tiles() const { return divided_up(end - tile_begin, tile_size); }

  /// Of the tile, scaled by 1 / 2^reduction, in precincts of 2^exponent. B.6.
  std::uint64_t precincts(std::uint64_t tile, std::uint64_t reduction, std::uint64_t exponent) const {
    const std::uint64_t scale = std::uint64_t{1} << reduction;
    const std::uint64_t precinct = std::uint64_t{1} << exponent;
    const std::uint64_t tile_at = tile_begin + tile * tile_size;
    const std::uint64_t from = divided_up(std::max(tile_at, begin), scale);
    const std::uint64_t to = divided_up(std::min(tile_at + tile_size, end), scale);
    return from < to ? divided_up(to, precinct) - from / precinct : 0;
  }
  std::uint64_t precincts_of_all_tiles(std::uint64_t reduction, std::uint64_t exponent) const {
    std::uint64_t sum = 0;
    for (std::uint64_t tile = 0; tile < tiles(); ++tile) sum += precincts(tile, reduction, exponent);
    return sum;
  }
};

/// The SIZ marker segment, which stands behind the codestream's first marker. ISO 15444-1, A.5.1.
struct Siz {
  Axis x;
  Axis y;
  std::uint64_t components;

  std::uint64_t tiles() const { return x.tiles() * y.tiles(); }
  std::uint64_t pixels() const { return x.size() * y.size(); }
  std::uint64_t samples() const { return pixels() * components; }
};

Siz read_siz(Bytes codestream, const DecodeOptions& options) {
  if (number(codestream, 2, 2) != kSizMarker) fail("corrupt JPEG 2000: its size does not come first");
  const auto field = [&](std::size_t at) { return number(codestream, at, 4); };
  const Axis x{.begin = field(16), .end = field(8), .tile_begin = field(32), .tile_size = field(24)};
  const Axis y{.begin = field(20), .end = field(12), .tile_begin = field(36), .tile_size = field(28)};
  for (const Axis& axis : {x, y}) {
    if (axis.end < axis.begin || axis.tile_begin > axis.begin || axis.tile_size == 0)
      fail("corrupt JPEG 2000: an impossible size");
  }
  check_image_size(x.size(), y.size(), options);
  return {x, y, number(codestream, 40, 2)};
}

// What the COD and COC segments of all headers ask for together: as if each held, whichever of them overrides
// which, and with the most layers that any has.
class CodingSum {
 public:
  explicit CodingSum(const Siz& siz) : siz_(siz) {}

  /// The segment at `at`, if it is one of these; `tile` where it stands in a tile part's header.
  void add(Bytes codestream, std::size_t at, std::optional<std::uint64_t> tile) {
    const std::uint64_t marker = number(codestream, at, 2);
    if (marker == kCodMarker) {  // A.6.1
      layers_ = std::max(layers_, number(codestream, at + 6, 2));
      precincts_ += siz_.components * precincts(codestream, at + 4, at + 9, tile);
    } else if (marker == kCocMarker) {  // A.6.2; the component's number has one byte where there are so few
      precincts_ += precincts(codestream, at + 5, at + 6, tile);
    } else {
      return;
    }
    if (precincts_ > 65536 + siz_.samples() / 64 || precincts_ * layers_ > 10'000'000 + siz_.samples() / 8) {
      fail(fmt::format("corrupt JPEG 2000: {} precincts and {} layers", precincts_, layers_));
    }
  }

 private:
  /// Of one component, given where the style stands and where the parameters do.
  std::uint64_t precincts(Bytes codestream, std::size_t style_at, std::size_t at,
                          std::optional<std::uint64_t> tile) const {
    const bool has_precincts = (number(codestream, style_at, 1) & 1) != 0;
    const std::uint64_t levels = std::min(number(codestream, at, 1), kMostLevels);
    std::uint64_t sum = 0;
    for (std::uint64_t level = 0; level <= levels; ++level) {
      const std::uint64_t exponents = has_precincts ? number(codestream, at + 5 + level, 1) : 0xFF;
      const std::uint64_t along_x = exponents & 15, along_y = exponents >> 4, reduction = levels - level;
      const std::uint64_t columns = siz_.x.tiles();
      sum += tile ? siz_.x.precincts(*tile % columns, reduction, along_x) *
                        siz_.y.precincts(*tile / columns, reduction, along_y)
                  : siz_.x.precincts_of_all_tiles(reduction, along_x) *
                        siz_.y.precincts_of_all_tiles(reduction, along_y);
    }
    return sum;
  }

  const Siz& siz_;
  std::uint64_t precincts_ = 0;
  std::uint64_t layers_ = 1;
};

/// Whether OpenJPEG reads a segment with this marker in the main header. Others it does not skip by their
/// length: it looks for a marker that it knows in every second byte, and so would find one within them.
bool is_known_in_main_header(std::uint64_t marker) {
  constexpr std::array<std::uint64_t, 18> kKnown{0xFF50, 0xFF51, 0xFF52, 0xFF53, 0xFF55, 0xFF57,
                                                 0xFF59, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F, 0xFF60,
                                                 0xFF63, 0xFF64, 0xFF74, 0xFF75, 0xFF77, 0xFF78};
  return std::ranges::find(kKnown, marker) != kKnown.end();
}

/// Returns where the first tile part stands; the end of the codestream where there is none.
std::size_t add_main_header(Bytes codestream, CodingSum& sum) {
  std::size_t at = 2;
  while (at + 4 <= codestream.size()) {
    const std::uint64_t marker = number(codestream, at, 2);
    if (marker == kSotMarker) return at;
    sum.add(codestream, at, std::nullopt);
    at += is_known_in_main_header(marker) ? 2 + number(codestream, at + 2, 2) : 2;
  }
  return codestream.size();
}

/// Of the tile part at `at`; returns where the next one stands, as OpenJPEG counts. A.4.2.
std::size_t add_tile_part(Bytes codestream, std::size_t at, CodingSum& sum) {
  constexpr std::size_t kSotSize = 12;
  const std::uint64_t tile = number(codestream, at + 4, 2);
  const std::uint64_t size = number(codestream, at + 6, 4);
  std::size_t end = at + kSotSize;
  while (end + 4 <= codestream.size() && number(codestream, end, 2) != kSodMarker) {
    sum.add(codestream, end, tile);
    end += 2 + number(codestream, end + 2, 2);
  }
  if (size < end - at) return codestream.size();  // 0 in the last one
  const std::uint64_t data = size - (end - at);
  return end + 2 + (data < 2 ? data : data - 2);
}

void check_codestream(Bytes codestream, const DecodeOptions& options) {
  const Siz siz = read_siz(codestream, options);
  if (siz.components < 1 || siz.components > kMaxComponents) {
    fail(fmt::format("JPEG 2000 with {} components is not supported", siz.components));
  }
  if (siz.tiles() > 4096 + siz.pixels() / 4096) {
    fail(fmt::format("corrupt JPEG 2000: {} tiles", siz.tiles()));
  }
  CodingSum sum(siz);
  std::size_t at = add_main_header(codestream, sum);
  while (at + 12 <= codestream.size() && number(codestream, at, 2) == kSotMarker)
    at = add_tile_part(codestream, at, sum);
}

}  // namespace

void check_jpeg2000_limits(Bytes encoded, const DecodeOptions& options) {
  if (!encoded.empty() && encoded[0] == std::byte{0xFF}) return check_codestream(encoded, options);
  // OpenJPEG takes a palette from any header box, or from between them, and reads the codestream on past its
  // box's end.
  for (Bytes boxes = encoded; const std::optional<Box> box = take_box(boxes);) {
    if (box->type == "jp2c") {
      return check_codestream({box->content.data(), encoded.data() + encoded.size()}, options);
    }
    check_palette(*box);
    if (box->type != "jp2h") continue;
    for (Bytes inner = box->content; const std::optional<Box> in_header = take_box(inner);)
      check_palette(*in_header);
  }
  fail("truncated or corrupt JPEG 2000: no codestream");
}

}  // namespace vit_embed
