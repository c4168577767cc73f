#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes JPEG 2000, a bare codestream or JP2, as Pillow does: gray, sRGB, sYCC (also subsampled) or CMYK of
/// any depth, the upper 8 bits of deeper samples. Alpha is dropped. Throws InputError: truncated, corrupt,
/// not supported, too large.
StoredImage decode_jpeg2000(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
