#pragma once

#include "formats/model_metadata.h"
#include "image/rgb_image.h"

namespace vit_embed {

/// What Pillow's Image.resize((width, height), filter) gives, byte for byte, on every instruction set. Sizes
/// are at least 1. An image of that size already is copied.
RgbImage resize(const RgbImage& image, int width, int height, Resample filter);

}  // namespace vit_embed
