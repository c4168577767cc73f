#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "formats/feature.h"
#include "formats/model_description.h"

namespace vit_embed {

/// A ViT that is ready to run.
class Encoder {
 public:
  virtual ~Encoder() = default;

  virtual const ModelDescription& description() const = 0;
  /// "torchscript".
  virtual std::string engine() const = 0;

  /// One forward of `batch_size` images, float32 [batch_size, 3, H, W], into every output. Blocks. One call
  /// at a time, from any thread. Throws FatalError naming a feature that the model lacks.
  virtual void encode(std::span<const float> pixel_values, std::size_t batch_size,
                      std::span<const FeatureOutput> outputs) = 0;
};

}  // namespace vit_embed
