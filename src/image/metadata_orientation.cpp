#include "image/metadata_orientation.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vit_embed {
namespace {

constexpr std::string_view kPrefix{"Exif\0\0", 6};
// As much as a JPEG segment holds. An orientation stands in its first directory; other formats, and segments
// that go on, may have as much as they like behind it.
constexpr std::size_t kMostExif = std::size_t{64} << 10;

struct ExifDataUnref {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// 1 where it is none.
unsigned long number_of(const ExifEntry& entry, ExifByteOrder order) {
  const bool is_short = entry.format == EXIF_FORMAT_SHORT || entry.format == EXIF_FORMAT_SSHORT;
  const bool is_long = entry.format == EXIF_FORMAT_LONG || entry.format == EXIF_FORMAT_SLONG;
  if (is_short && entry.size >= 2) return exif_get_short(entry.data, order);
  if (is_long && entry.size >= 4) return exif_get_long(entry.data, order);
  return 1;
}

/// Nothing where there is no such tag; 1 where it has no number.
std::optional<unsigned long> exif_orientation(std::span<const std::byte> exif) {
  std::string block(text_of(exif.first(std::min(exif.size(), kMostExif))));
  if (block.empty()) return std::nullopt;
  // libexif wants the prefix, which PNG and (mostly) WebP leave out.
  if (!block.starts_with(kPrefix)) block.insert(0, kPrefix);

  const std::unique_ptr<ExifData, ExifDataUnref> data(exif_data_new());
  if (!data) return std::nullopt;
  // Not mended: Pillow takes an orientation that is no SHORT or LONG for none.
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(block.data()),
                      static_cast<unsigned>(block.size()));
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry == nullptr || entry->data == nullptr || entry->components < 1) return std::nullopt;

  return number_of(*entry, exif_data_get_byte_order(data.get()));
}

/// As an attribute or as an element, of one digit.
std::optional<unsigned long> xmp_orientation(std::span<const std::byte> xmp) {
  constexpr std::string_view kName = "tiff:Orientation";
  const std::string_view text = text_of(xmp);
  for (std::size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at + 1)) {
    std::string_view rest = text.substr(at + kName.size());
    if (rest.starts_with("=\"")) {
      rest.remove_prefix(2);
    } else if (rest.starts_with('>')) {
      rest.remove_prefix(1);
    } else {
      continue;
    }
    if (!rest.empty() && rest[0] >= '0' && rest[0] <= '9') return static_cast<unsigned long>(rest[0] - '0');
  }
  return std::nullopt;
}

}  // namespace

int metadata_orientation(std::span<const std::byte> exif, std::span<const std::byte> xmp) {
  std::optional<unsigned long> orientation = exif_orientation(exif);
  if (!orientation) orientation = xmp_orientation(xmp);
  return orientation && *orientation >= 1 && *orientation <= 8 ? static_cast<int>(*orientation) : 1;
}

}  // namespace vit_embed
