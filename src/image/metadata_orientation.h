#pragma once

#include <cstddef>
#include <span>

namespace vit_embed {

/// The orientation, 1 to 8, that an image's metadata ask for, as Pillow's getexif() has it: from the EXIF
/// block, with or without a leading "Exif\0\0", or where that has none, from the XMP packet. 1 where it is
/// missing, out of range or cannot be read: metadata never fail an image.
int metadata_orientation(std::span<const std::byte> exif, std::span<const std::byte> xmp);

}  // namespace vit_embed
