#include "image/decode.h"

#include <stdexcept>
#include <utility>

#include "image/bmp_decode.h"
#include "image/gif_decode.h"
#include "image/image_format.h"
#include "image/jpeg2000_decode.h"
#include "image/jpeg_decode.h"
#include "image/orientation.h"
#include "image/png_decode.h"
#include "image/pnm_decode.h"
#include "image/tiff_decode.h"
#include "image/webp_decode.h"

namespace vit_embed {

ImageDecoder::ImageDecoder(LogSink log) : log_(std::move(log)) {}

RgbImage ImageDecoder::decode(std::span<const std::byte> encoded, const DecodeOptions& options) const {
  StoredImage stored = decode_stored(encoded, options);
  if (stored.was_16_bit_gray) say_once_that_16_bits_are_scaled();
  return options.apply_exif_orientation ? upright(std::move(stored.image), stored.orientation)
                                        : std::move(stored.image);
}

StoredImage ImageDecoder::decode_stored(std::span<const std::byte> encoded,
                                        const DecodeOptions& options) const {
  switch (detect_image_format(encoded)) {
    case ImageFormat::jpeg:
      return decode_jpeg(encoded, options);
    case ImageFormat::png:
      return decode_png(encoded, options);
    case ImageFormat::webp:
      return decode_webp(encoded, options);
    case ImageFormat::tiff:
      return decode_tiff(encoded, options);
    case ImageFormat::gif:
      return decode_gif(encoded, options);
    case ImageFormat::bmp:
      return decode_bmp(encoded, options);
    case ImageFormat::pnm:
      return decode_pnm(encoded, options);
    case ImageFormat::jpeg2000:
      return decode_jpeg2000(encoded, options);
  }
  throw std::logic_error("an image format without a decoder");
}

void ImageDecoder::say_once_that_16_bits_are_scaled() const {
  if (scaling_was_said_.test_and_set() || !log_) return;
  log_(LogLevel::info, "16-bit gray images are scaled to 8 bits (Pillow clips them at 255)");
}

}  // namespace vit_embed
