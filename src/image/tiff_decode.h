#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes the first image of a TIFF or BigTIFF as Pillow does: strips or tiles, every compression that
/// Pillow reads, samples as TiffRowConverter takes them. Alpha is dropped, not blended. Throws InputError:
/// truncated, corrupt, not supported, too large. Where truncation is allowed, strips and tiles that are not
/// whole are black.
StoredImage decode_tiff(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
