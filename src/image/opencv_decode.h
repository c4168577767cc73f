#pragma once

#include <cstddef>
#include <span>

#include "image/rgb_image.h"

namespace vit_embed {

/// Decodes what OpenCV's imgcodecs reads, without looking at any orientation (but see tiff_orientation.h).
/// Alpha is dropped, not blended; more than 8 bits are scaled to 8. Throws InputError.
RgbImage decode_with_opencv(std::span<const std::byte> encoded);

/// What the module that links OpenCV exports: `extern "C" DecodeWithOpencv*
/// vit_embed_find_opencv_decode(const char* version)`, null where `version` is not its own.
inline constexpr const char* kFindOpencvDecodeSymbol = "vit_embed_find_opencv_decode";
using DecodeWithOpencv = RgbImage(std::span<const std::byte> encoded);
using FindOpencvDecode = DecodeWithOpencv*(const char* version);

}  // namespace vit_embed
