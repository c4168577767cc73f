#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "image/decode.h"
#include "image/image_format.h"
#include "image/opencv_decode.h"

using namespace vit_embed;

/// Any bytes are an image or an InputError; turned upright or not, an image has the same number of pixels.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ImageDecoder decoder(decode_with_opencv, LogSink());
  const auto encoded = std::as_bytes(std::span(data, size));
  try {
    const RgbImage stored = decoder.decode(encoded, {.apply_exif_orientation = false});
    expect(stored.width() > 0 && stored.height() > 0, "an image has pixels");
    expect(std::int64_t{stored.width()} * stored.height() <= kMaxPixels, "an image is no bomb");
    const RgbImage upright = decoder.decode(encoded, {.apply_exif_orientation = true});
    expect(upright.size() == stored.size(), "turning an image changes no number of pixels");
  } catch (const InputError& e) {
    expect(*e.what() != '\0', "a failed image has a reason");
  }
  return 0;
}
