#pragma once

#include <cstddef>
#include <vector>

#include "image/rgb_image.h"

namespace vit_embed {

/// A JPEG of the image, no side longer than `max_side`, > 0, its proportions kept as far as whole pixels
/// allow; an image that is no larger keeps its size.
std::vector<std::byte> make_thumbnail(const RgbImage& image, int max_side);

}  // namespace vit_embed
