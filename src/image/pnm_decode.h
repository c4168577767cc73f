#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes PBM, PGM and PPM (P1 to P6) as Pillow does; gray with more than 256 levels is scaled. Throws
/// InputError: truncated, corrupt, too large.
StoredImage decode_pnm(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
