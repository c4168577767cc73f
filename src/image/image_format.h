#pragma once

#include <cstddef>
#include <span>

namespace vit_embed {

enum class ImageFormat { jpeg, png, webp, tiff, gif, bmp, pnm, jpeg2000 };

/// From the first bytes; names and extensions play no part. Throws InputError where the bytes are none of
/// these, with a reason that names well-known formats that are not supported.
ImageFormat detect_image_format(std::span<const std::byte> encoded);

}  // namespace vit_embed
