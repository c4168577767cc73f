#pragma once

#include <atomic>
#include <cstddef>
#include <span>

#include "base/log.h"
#include "formats/decode_options.h"
#include "image/stored_image.h"

namespace vit_embed {

/// Encoded bytes to RGB, as Pillow's ImageOps.exif_transpose(Image.open(..)).convert("RGB") has it. One rule
/// departs: 16-bit gray is scaled to 8 bits where Pillow clips; this is said once a decoder. May be used
/// from several threads at once.
class ImageDecoder {
 public:
  explicit ImageDecoder(LogSink log);

  /// Throws InputError (permanent) with the reason: not an image, not supported, truncated, corrupt, too
  /// large.
  RgbImage decode(std::span<const std::byte> encoded, const DecodeOptions& options) const;

 private:
  StoredImage decode_stored(std::span<const std::byte> encoded, const DecodeOptions& options) const;
  void say_once_that_16_bits_are_scaled() const;

  LogSink log_;
  mutable std::atomic_flag scaling_was_said_;
};

}  // namespace vit_embed
