#include "encoder/encoder.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/error.h"

namespace vit_embed {

void check_options(const EncoderOptions& options) {
  if (options.device != "cpu") {
    throw FatalError(fmt::format("device '{}' is not supported: only cpu", options.device));
  }
  if (options.num_threads < 1) throw std::invalid_argument("num_threads is less than 1");
}

void require_feature(const ModelDescription& model, Feature feature) {
  if (feature != Feature::pooler || model.pooler) return;
  throw FatalError(
      fmt::format("feature '{}' is not in this model: it has no pooler (cls, mean and tokens are there)",
                  to_string(feature)));
}

std::vector<float> made_up_images(std::size_t count, ImageSize size) {
  std::vector<float> pixel_values(count * 3 * size.num_pixels());
  for (std::size_t i = 0; i < pixel_values.size(); ++i)
    pixel_values[i] = static_cast<float>(31 * i % 257) / 128 - 1;
  return pixel_values;
}

}  // namespace vit_embed
