#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "image/rgb_image.h"

namespace vit_embed {

/// Decodes what OpenCV's imgcodecs reads, without looking at any orientation (but see tiff_orientation.h).
/// Alpha is dropped, not blended; more than 8 bits are scaled to 8. Throws InputError.
RgbImage decode_with_opencv(std::span<const std::byte> encoded);

/// Of the OpenCV that is loaded: other versions may decode to other pixels.
std::string opencv_version();

}  // namespace vit_embed
