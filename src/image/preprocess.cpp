#include "image/preprocess.h"

#include <stdexcept>
#include <utility>

#include "image/resize.h"

namespace vit_embed {

ImagePreprocessor::ImagePreprocessor(const Preprocessing& preprocessing, LogSink log)
    : image_size_(preprocessing.image_size),
      resample_(preprocessing.resample),
      table_(normalization_table(preprocessing)),
      decoder_(std::move(log)) {}

std::size_t ImagePreprocessor::size() const {
  return RgbImage::kChannels * image_size_.num_pixels();
}

void ImagePreprocessor::preprocess(std::span<const std::byte> encoded, const DecodeOptions& options,
                                   std::span<float> pixel_values) const {
  preprocess(decoder_.decode(encoded, options), pixel_values);
}

void ImagePreprocessor::preprocess(const RgbImage& image, std::span<float> pixel_values) const {
  if (pixel_values.size() != size())
    throw std::invalid_argument("pixel_values must hold 3 x height x width values");
  const RgbImage resized = resize(image, image_size_.width, image_size_.height, resample_);
  const std::size_t plane = pixel_values.size() / RgbImage::kChannels;
  const std::uint8_t* sample = resized.data();
  float* red = pixel_values.data();
  float* green = red + plane;
  float* blue = green + plane;
  for (std::size_t i = 0; i < plane; ++i, sample += RgbImage::kChannels) {
    red[i] = table_[0][sample[0]];
    green[i] = table_[1][sample[1]];
    blue[i] = table_[2][sample[2]];
  }
}

}  // namespace vit_embed
