#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes as Pillow does: slow integer DCT, fancy upsampling, gray replicated, four components always taken
/// as Adobe's inverted CMYK. Data that run out before the last row (in a progressive file: before the
/// end-of-image marker) are an InputError, or where that is allowed padded by libjpeg; damage that libjpeg
/// only warns of passes. Throws InputError with libjpeg's reason.
StoredImage decode_jpeg(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
