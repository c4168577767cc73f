#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"

namespace vit_embed {

/// Looks at the headers before OpenJPEG does, which takes memory and time for what they ask for as it reads
/// them. Throws InputError where an image is larger than allowed, or has more components, tiles, precincts or
/// packets, or a wider palette, than an image of its size needs.
void check_jpeg2000_limits(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
