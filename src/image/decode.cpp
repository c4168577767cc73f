#include "image/decode.h"

#include <utility>

#include "image/exif_orientation.h"
#include "image/image_format.h"
#include "image/jpeg_decode.h"
#include "image/opencv_decode.h"
#include "image/orientation.h"
#include "image/png_chunks.h"
#include "image/tiff_orientation.h"
#include "image/webp_exif.h"

namespace vit_embed {
namespace {

/// Pixels as they are stored, and how they are to be turned.
struct StoredImage {
  RgbImage image;
  int orientation = 1;
  bool was_16_bit_gray = false;
};

StoredImage decode_stored_jpeg(std::span<const std::byte> encoded) {
  DecodedJpeg jpeg = decode_jpeg(encoded);
  return {std::move(jpeg.image), exif_orientation(jpeg.exif)};
}

StoredImage decode_stored_png(std::span<const std::byte> encoded) {
  const PngChunks chunks = read_png_chunks(encoded);
  return {decode_with_opencv(chunks.critical), exif_orientation(chunks.exif), chunks.is_16_bit_gray};
}

StoredImage decode_stored_tiff(std::span<const std::byte> encoded) {
  const TiffOrientation taken = take_tiff_orientation(encoded);
  return {decode_with_opencv(taken.plain.empty() ? encoded : taken.plain), taken.orientation};
}

StoredImage decode_stored(std::span<const std::byte> encoded) {
  switch (detect_image_format(encoded)) {
    case ImageFormat::jpeg:
      return decode_stored_jpeg(encoded);
    case ImageFormat::png:
      return decode_stored_png(encoded);
    case ImageFormat::tiff:
      return decode_stored_tiff(encoded);
    case ImageFormat::webp:
      return {decode_with_opencv(encoded), exif_orientation(webp_exif(encoded))};
    case ImageFormat::other:
      break;
  }
  return {decode_with_opencv(encoded)};
}

}  // namespace

ImageDecoder::ImageDecoder(LogSink log) : log_(std::move(log)) {}

RgbImage ImageDecoder::decode(std::span<const std::byte> encoded, const DecodeSettings& settings) const {
  StoredImage stored = decode_stored(encoded);
  if (stored.was_16_bit_gray) say_once_that_16_bits_are_scaled();
  return settings.apply_exif_orientation ? upright(std::move(stored.image), stored.orientation)
                                         : std::move(stored.image);
}

void ImageDecoder::say_once_that_16_bits_are_scaled() const {
  if (scaling_was_said_.test_and_set() || !log_) return;
  log_(LogLevel::info, "16-bit gray PNG is scaled to 8 bits (Pillow clips it at 255)");
}

}  // namespace vit_embed
