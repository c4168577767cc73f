#include "fuzz/fuzz_input.h"
#include "image/exif_orientation.h"

using namespace vit_embed;

/// Any bytes have an orientation, and the same one behind the prefix that JPEG puts before them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string block(as_text(data, size));
  const int orientation = exif_orientation(std::as_bytes(std::span(block)));
  expect(orientation >= 1 && orientation <= 8, "an orientation is one of eight");
  const std::string prefix("Exif\0\0", 6);
  if (block.empty() || block.starts_with(prefix)) return 0;
  const std::string prefixed = prefix + block;
  expect(exif_orientation(std::as_bytes(std::span(prefixed))) == orientation, "the prefix changes nothing");
  return 0;
}
