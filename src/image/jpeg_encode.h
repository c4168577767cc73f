#pragma once

#include <cstddef>
#include <vector>

#include "image/rgb_image.h"

namespace vit_embed {

/// A baseline JPEG of the image, its colours subsampled as usual. `quality` is libjpeg's, 1 to 100. Throws
/// std::runtime_error with libjpeg's words where it cannot: a side of no pixels, or of more than 65,500.
std::vector<std::byte> encode_jpeg(const RgbImage& image, int quality);

}  // namespace vit_embed
