#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "image/decode.h"
#include "image/image_format.h"
#include "image/opencv_decode.h"

using namespace vit_embed;

namespace {

constexpr std::uint64_t kMostPixels = 1 << 20;

/// Whether some frame header of a JPEG claims so many pixels that to decode what is not there would take the
/// time of all other inputs. OpenCV's own formats are bounded by its OPENCV_IO_MAX_IMAGE_PIXELS.
bool claims_many_pixels(std::span<const std::uint8_t> bytes) {
  for (std::size_t i = 0; i + 9 < bytes.size(); ++i) {
    if (bytes[i] != 0xff || bytes[i + 1] < 0xc0 || bytes[i + 1] > 0xcf) continue;
    const std::uint64_t height = bytes[i + 5] << 8 | bytes[i + 6];
    const std::uint64_t width = bytes[i + 7] << 8 | bytes[i + 8];
    if (height * width > kMostPixels) return true;
  }
  return false;
}

}  // namespace

/// Any bytes are an image or an InputError; turned upright or not, an image has the same number of pixels.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (claims_many_pixels({data, size})) return 0;
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
