#pragma once

#include <cstdint>

#include "formats/decode_options.h"

namespace vit_embed {

/// Throws InputError where an image of this size is empty or larger than options.max_pixels, or one of its
/// sides than an int can count. Every decoder calls it before it allocates what a header asks for.
void check_image_size(std::uint64_t width, std::uint64_t height, const DecodeOptions& options);

}  // namespace vit_embed
