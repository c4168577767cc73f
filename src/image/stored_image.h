#pragma once

#include "image/rgb_image.h"

namespace vit_embed {

/// Pixels as they are stored, and how they are to be turned.
struct StoredImage {
  RgbImage image;
  int orientation = 1;           ///< 1 to 8 as in TIFF 6.0, tag 274
  bool was_16_bit_gray = false;  ///< scaled to 8 bits, where Pillow clips
};

}  // namespace vit_embed
