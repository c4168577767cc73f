#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes a BMP as Pillow does: OS/2 and Windows headers, 1 to 32 bits, RLE and those bitfields that Pillow
/// knows. Alpha is dropped. Throws InputError: truncated, corrupt, not supported, too large.
StoredImage decode_bmp(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
