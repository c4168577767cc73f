#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vit_embed {

enum class ImageFormat { jpeg, png, webp, tiff, other };

/// From the first bytes; names and extensions play no part. `other` is what OpenCV reads besides: BMP, PNM,
/// JPEG 2000, Sun raster. Throws InputError where the bytes are none of these, with a reason that names
/// well-known formats that are not supported.
ImageFormat detect_image_format(std::span<const std::byte> encoded);

/// Pillow's limit (twice Image.MAX_IMAGE_PIXELS): a larger image is taken for a decompression bomb.
inline constexpr std::int64_t kMaxPixels = 178'956'970;

/// Throws InputError where an image of this size is empty or larger than kMaxPixels.
void check_image_size(std::int64_t width, std::int64_t height);

}  // namespace vit_embed
