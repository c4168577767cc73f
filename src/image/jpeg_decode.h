#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "image/rgb_image.h"

namespace vit_embed {

struct DecodedJpeg {
  RgbImage image;  ///< as stored, not turned
  std::vector<std::byte>
      exif;  ///< all APP1 Exif segments joined, without their "Exif\0\0"; empty where there is none
};

/// Decodes as Pillow does: slow integer DCT, fancy upsampling, gray replicated, four components always taken
/// as Adobe's inverted CMYK. Data that runs out before the last row (in a progressive file: before the
/// end-of-image marker) is an InputError; damage that libjpeg only warns of passes. Throws InputError with
/// libjpeg's reason.
DecodedJpeg decode_jpeg(std::span<const std::byte> encoded);

}  // namespace vit_embed
