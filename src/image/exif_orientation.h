#pragma once

#include <cstddef>
#include <span>

namespace vit_embed {

/// The orientation, 1 to 8, in an EXIF block, with or without a leading "Exif\0\0". 1 where it is missing,
/// out of range or cannot be read: EXIF never fails an image.
int exif_orientation(std::span<const std::byte> exif);

}  // namespace vit_embed
