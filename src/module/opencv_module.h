#pragma once

#include <cstddef>
#include <span>

#include "image/rgb_image.h"

namespace vit_embed {

/// decode_with_opencv() of vit-embed-opencv.so, which the first call loads: imgcodecs links GDAL, and takes
/// 0.15 s and 40 MB that a run over JPEGs can do without. From any thread. Throws FatalError where the module
/// is missing or of another build.
RgbImage decode_in_opencv_module(std::span<const std::byte> encoded);

}  // namespace vit_embed
