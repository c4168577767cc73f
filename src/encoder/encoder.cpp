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

}  // namespace vit_embed
