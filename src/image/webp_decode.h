#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes a still WebP, or the first frame of an animation on a black canvas; alpha is dropped, not blended.
/// Throws InputError: truncated, corrupt, too large.
StoredImage decode_webp(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
