#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "image/decode.h"

using namespace vit_embed;

namespace {

constexpr std::uint64_t kMaxPixels = 1 << 20;

RgbImage decode(std::span<const std::byte> encoded, DecodeOptions options) {
  static const ImageDecoder decoder{LogSink()};
  options.max_pixels = kMaxPixels;
  RgbImage image = decoder.decode(encoded, options);
  expect(image.width() > 0 && image.height() > 0, "an image has pixels");
  expect(static_cast<std::uint64_t>(image.width()) * static_cast<std::uint64_t>(image.height()) <= kMaxPixels,
         "an image is no bomb");
  return image;
}

}  // namespace

/// Any bytes are an image or an InputError; turned upright or not, an image has the same number of pixels,
/// and what is whole is so where truncation is allowed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto encoded = std::as_bytes(std::span(data, size));
  try {
    decode(encoded, {.allow_truncated = true});
    const RgbImage stored = decode(encoded, {.apply_exif_orientation = false});
    const RgbImage upright = decode(encoded, {.apply_exif_orientation = true});
    expect(upright.size() == stored.size(), "turning an image changes no number of pixels");
  } catch (const InputError& e) {
    expect(*e.what() != '\0', "a failed image has a reason");
  }
  return 0;
}
