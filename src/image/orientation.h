#pragma once

#include "image/rgb_image.h"

namespace vit_embed {

/// Turns and mirrors a stored image upright, as Pillow's ImageOps.exif_transpose does for EXIF orientation 1
/// to 8 (TIFF 6.0, tag 274). 5 to 8 swap width and height. 1 moves the image through.
RgbImage upright(RgbImage stored, int orientation);

}  // namespace vit_embed
