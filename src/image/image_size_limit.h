#pragma once

#include <cstdint>

#include "formats/decode_options.h"

namespace vit_embed {

/// Throws InputError where an image of this size is empty or larger than options.max_pixels, or a side is
/// longer than a quarter of what an int can count: a row's bytes fit into one, too. Every decoder calls it
/// before it allocates what a header asks for.
void check_image_size(std::uint64_t width, std::uint64_t height, const DecodeOptions& options);

}  // namespace vit_embed
