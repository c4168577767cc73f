#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes a PNG, or an APNG's default image, as Pillow does: alpha is dropped, not blended, colour profiles
/// and gamma are not applied, of 16 bits the upper 8 are taken. The image is whole once its last row is
/// there, whatever is missing behind it. Throws InputError: truncated, corrupt (a wrong checksum before the
/// last row included), too large.
StoredImage decode_png(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
