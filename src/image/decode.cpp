#include "image/decode.h"

#include <utility>

#include "image/exif_orientation.h"
#include "image/image_format.h"
#include "image/jpeg_decode.h"
#include "image/orientation.h"
#include "image/png_chunks.h"
#include "image/tiff_orientation.h"
#include "image/webp_exif.h"

namespace vit_embed {

ImageDecoder::ImageDecoder(CodecDecode decode_with_codec, LogSink log)
    : decode_with_codec_(std::move(decode_with_codec)), log_(std::move(log)) {}

RgbImage ImageDecoder::decode(std::span<const std::byte> encoded, const DecodeSettings& settings) const {
  StoredImage stored = decode_stored(encoded);
  if (stored.was_16_bit_gray) say_once_that_16_bits_are_scaled();
  return settings.apply_exif_orientation ? upright(std::move(stored.image), stored.orientation)
                                         : std::move(stored.image);
}

ImageDecoder::StoredImage ImageDecoder::decode_stored(std::span<const std::byte> encoded) const {
  switch (detect_image_format(encoded)) {
    case ImageFormat::jpeg: {
      DecodedJpeg jpeg = decode_jpeg(encoded);
      return {std::move(jpeg.image), exif_orientation(jpeg.exif)};
    }
    case ImageFormat::png:
      return decode_stored_png(encoded);
    case ImageFormat::tiff:
      return decode_stored_tiff(encoded);
    case ImageFormat::webp:
      return {decode_with_codec_(encoded), exif_orientation(webp_exif(encoded))};
    case ImageFormat::other:
      break;
  }
  return {decode_with_codec_(encoded)};
}

ImageDecoder::StoredImage ImageDecoder::decode_stored_png(std::span<const std::byte> encoded) const {
  const PngChunks chunks = read_png_chunks(encoded);
  return {decode_with_codec_(chunks.critical), exif_orientation(chunks.exif), chunks.is_16_bit_gray};
}

ImageDecoder::StoredImage ImageDecoder::decode_stored_tiff(std::span<const std::byte> encoded) const {
  const TiffOrientation taken = take_tiff_orientation(encoded);
  return {decode_with_codec_(taken.plain.empty() ? encoded : taken.plain), taken.orientation};
}

void ImageDecoder::say_once_that_16_bits_are_scaled() const {
  if (scaling_was_said_.test_and_set() || !log_) return;
  log_(LogLevel::info, "16-bit gray PNG is scaled to 8 bits (Pillow clips it at 255)");
}

}  // namespace vit_embed
