#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>

#include "base/log.h"
#include "image/rgb_image.h"

namespace vit_embed {

struct DecodeSettings {
  bool apply_exif_orientation = true;  ///< false leaves the pixels as stored, in every container
};

/// Decodes every format but JPEG, which is decoded here: decode_with_opencv(), or what loads it on first
/// need. Called from several threads at once.
using CodecDecode = std::function<RgbImage(std::span<const std::byte> encoded)>;

/// Encoded bytes to RGB, as Pillow's ImageOps.exif_transpose(Image.open(..)).convert("RGB") has it. One rule
/// departs: 16-bit gray PNG is scaled to 8 bits where Pillow clips; this is said once a decoder. May be used
/// from several threads at once.
class ImageDecoder {
 public:
  ImageDecoder(CodecDecode decode_with_codec, LogSink log);

  /// Throws InputError (permanent) with the reason: not an image, not supported, truncated, corrupt, too
  /// large; and what the codec throws.
  RgbImage decode(std::span<const std::byte> encoded, const DecodeSettings& settings) const;

 private:
  /// Pixels as they are stored, and how they are to be turned.
  struct StoredImage {
    RgbImage image;
    int orientation = 1;
    bool was_16_bit_gray = false;
  };

  StoredImage decode_stored(std::span<const std::byte> encoded) const;
  StoredImage decode_stored_png(std::span<const std::byte> encoded) const;
  StoredImage decode_stored_tiff(std::span<const std::byte> encoded) const;
  void say_once_that_16_bits_are_scaled() const;

  CodecDecode decode_with_codec_;
  LogSink log_;
  mutable std::atomic_flag scaling_was_said_;
};

}  // namespace vit_embed
