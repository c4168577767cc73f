#pragma once

#include <cstddef>
#include <span>

namespace vit_embed {

/// The content of a WebP's EXIF chunk, a view into `webp`; empty where there is none or the chunks are
/// damaged.
std::span<const std::byte> webp_exif(std::span<const std::byte> webp);

}  // namespace vit_embed
