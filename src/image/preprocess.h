#pragma once

#include <cstddef>
#include <span>

#include "base/log.h"
#include "formats/model_metadata.h"
#include "image/decode.h"
#include "image/normalization_table.h"
#include "image/rgb_image.h"

namespace vit_embed {

/// From an encoded image to a model's pixel_values: decode, resize to image_size, rescale,
/// normalise. Gives what Transformers' ViTImageProcessorPil gives on Pillow's image. May be used from several
/// threads at once.
class ImagePreprocessor {
 public:
  ImagePreprocessor(const Preprocessing& preprocessing, LogSink log);

  /// Values of one image: 3 x height x width of image_size.
  std::size_t size() const;

  /// Writes `pixel_values`, float32 [3, height, width], size() of them. Throws as
  /// ImageDecoder::decode() does.
  void preprocess(std::span<const std::byte> encoded, const DecodeOptions& options,
                  std::span<float> pixel_values) const;

  /// The same from decoded pixels.
  void preprocess(const RgbImage& image, std::span<float> pixel_values) const;

 private:
  ImageSize image_size_;
  Resample resample_;
  NormalizationTable table_;
  ImageDecoder decoder_;
};

}  // namespace vit_embed
