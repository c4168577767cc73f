#pragma once

#include <memory>
#include <span>

#include "vit/parameters.h"

namespace vit_embed {

/// The values of one parameter, float32, row-major. `owner` keeps them alive; they are not to be written to.
struct Weights {
  std::span<const float> values;
  std::shared_ptr<const void> owner;
};

/// Where a model's parameters come from: a file or a seed.
class WeightSource {
 public:
  virtual ~WeightSource() = default;

  /// For a parameter of the architecture that the source was opened for; as many values as its shape has. The
  /// same values at every call. Blocks for reading (or drawing) them. Throws FatalError naming the file.
  virtual Weights read(const Parameter& parameter) const = 0;
};

}  // namespace vit_embed
