#pragma once

#include <cstddef>
#include <span>

#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Decodes a GIF's first frame as Pillow shows it: on a canvas of the screen's size (or larger, where the
/// frame is), in the transparent index's colour where there is one, else in that of index 0; transparency is
/// dropped. Throws InputError: truncated, corrupt, too large.
StoredImage decode_gif(std::span<const std::byte> encoded, const DecodeOptions& options);

}  // namespace vit_embed
