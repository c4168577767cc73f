#include "image/exif_orientation.h"

#include <libexif/exif-data.h>

#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace vit_embed {
namespace {

constexpr std::string_view kPrefix{"Exif\0\0", 6};

struct ExifDataUnref {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};

}  // namespace

int exif_orientation(std::span<const std::byte> exif) {
  std::string block(reinterpret_cast<const char*>(exif.data()), exif.size());
  if (block.empty()) return 1;
  // libexif wants the prefix, which PNG and (mostly) WebP leave out.
  if (!block.starts_with(kPrefix)) block.insert(0, kPrefix);
  if (block.size() > std::numeric_limits<unsigned>::max()) return 1;

  const std::unique_ptr<ExifData, ExifDataUnref> data(exif_data_new());
  if (!data) return 1;
  exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(block.data()),
                      static_cast<unsigned>(block.size()));
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry == nullptr || entry->data == nullptr || entry->components < 1) return 1;

  const ExifByteOrder order = exif_data_get_byte_order(data.get());
  unsigned long orientation = 1;
  if (entry->format == EXIF_FORMAT_SHORT && entry->size >= 2)
    orientation = exif_get_short(entry->data, order);
  if (entry->format == EXIF_FORMAT_LONG && entry->size >= 4) orientation = exif_get_long(entry->data, order);
  return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
}

}  // namespace vit_embed
