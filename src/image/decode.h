#pragma once

#include <atomic>
#include <cstddef>
#include <span>

#include "base/log.h"
#include "image/rgb_image.h"

namespace vit_embed {

struct DecodeSettings {
  bool apply_exif_orientation = true;  ///< false leaves the pixels as stored, in every container
};

/// Encoded bytes to RGB, as Pillow's ImageOps.exif_transpose(Image.open(..)).convert("RGB") has it. One rule
/// departs: 16-bit gray PNG is scaled to 8 bits where Pillow clips; this is said once a decoder. May be used
/// from several threads at once.
class ImageDecoder {
 public:
  explicit ImageDecoder(LogSink log);

  /// Throws InputError (permanent) with the reason: not an image, not supported, truncated, corrupt, too
  /// large.
  RgbImage decode(std::span<const std::byte> encoded, const DecodeSettings& settings) const;

 private:
  void say_once_that_16_bits_are_scaled() const;

  LogSink log_;
  mutable std::atomic_flag scaling_was_said_;
};

}  // namespace vit_embed
