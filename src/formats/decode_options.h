#pragma once

#include <cstdint>

namespace vit_embed {

/// Pillow's limit (twice Image.MAX_IMAGE_PIXELS), above which it takes an image for a decompression bomb.
inline constexpr std::uint64_t kDefaultMaxPixels = 178'956'970;

/// How an encoded image becomes pixels.
struct DecodeOptions {
  /// Turn the image as its EXIF tag says, as Transformers' load_image does; false leaves it as it is stored,
  /// in every container.
  bool apply_exif_orientation = true;
  /// Pad an image whose data end early, where its size and some of it are known, instead of refusing it.
  bool allow_truncated = false;
  /// Width x height of an image; a larger one is refused by its header, before memory is taken for it.
  std::uint64_t max_pixels = kDefaultMaxPixels;

  bool operator==(const DecodeOptions&) const = default;
};

}  // namespace vit_embed
