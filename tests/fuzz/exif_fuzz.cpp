#include "fuzz/fuzz_input.h"
#include "image/metadata_orientation.h"

using namespace vit_embed;

namespace {

int orientation_of(const std::string& block) {
  return metadata_orientation(std::as_bytes(std::span(block)), {});
}

}  // namespace

/// Any bytes have an orientation as EXIF and as XMP, and as EXIF the same one behind the prefix that JPEG
/// puts before them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string block(as_text(data, size));
  const int orientation = orientation_of(block);
  expect(orientation >= 1 && orientation <= 8, "an orientation is one of eight");
  const int xmp = metadata_orientation({}, std::as_bytes(std::span(block)));
  expect(xmp >= 1 && xmp <= 8, "an orientation is one of eight");
  const std::string prefix("Exif\0\0", 6);
  if (block.empty() || block.starts_with(prefix)) return 0;
  expect(orientation_of(prefix + block) == orientation, "the prefix changes nothing");
  return 0;
}
