#include "image/tiff_orientation.h"

#include <cstdint>
#include <optional>

namespace vit_embed {
namespace {

constexpr std::uint64_t kOrientationTag = 274;
constexpr std::uint64_t kShort = 3;

// Unsigned integers of a TIFF; every read is checked against the end.
class TiffReader {
 public:
  explicit TiffReader(std::span<const std::byte> bytes)
      : bytes_(bytes), little_endian_(!bytes.empty() && bytes[0] == std::byte{'I'}) {}

  bool little_endian() const { return little_endian_; }

  std::optional<std::uint64_t> read(std::uint64_t at, std::size_t width) const {
    if (at > bytes_.size() || width > bytes_.size() - at) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t place = little_endian_ ? width - 1 - i : i;
      value = value << 8 | std::to_integer<std::uint64_t>(bytes_[at + place]);
    }
    return value;
  }

 private:
  std::span<const std::byte> bytes_;
  bool little_endian_;
};

// Sizes of an image file directory: TIFF 6.0, and BigTIFF (magic 43).
struct Layout {
  std::uint64_t first_directory_at;
  std::size_t offset_width;
  std::size_t count_width;
  std::size_t entry_size;
  std::size_t value_at;
};
constexpr Layout kClassic{4, 4, 2, 12, 8};
constexpr Layout kBig{8, 8, 8, 20, 12};

// Where the orientation's two bytes stand, if the first directory has one of type SHORT.
std::optional<std::uint64_t> find_orientation(const TiffReader& reader) {
  const Layout layout = reader.read(2, 2) == 43 ? kBig : kClassic;
  const auto directory = reader.read(layout.first_directory_at, layout.offset_width);
  if (!directory) return std::nullopt;
  const auto count = reader.read(*directory, layout.count_width);
  if (!count) return std::nullopt;
  std::uint64_t entry = *directory + layout.count_width;
  for (std::uint64_t i = 0; i < *count; ++i, entry += layout.entry_size) {
    const auto tag = reader.read(entry, 2);
    if (!tag) return std::nullopt;
    if (*tag == kOrientationTag && reader.read(entry + 2, 2) == kShort) return entry + layout.value_at;
  }
  return std::nullopt;
}

}  // namespace

TiffOrientation take_tiff_orientation(std::span<const std::byte> tiff) {
  const TiffReader reader(tiff);
  const auto at = find_orientation(reader);
  const auto value = at ? reader.read(*at, 2) : std::nullopt;
  TiffOrientation taken;
  if (!value || *value < 2 || *value > 8) return taken;
  taken.orientation = static_cast<int>(*value);
  taken.plain.assign(tiff.begin(), tiff.end());
  taken.plain[*at] = std::byte{reader.little_endian()};
  taken.plain[*at + 1] = std::byte{!reader.little_endian()};
  return taken;
}

}  // namespace vit_embed
