#pragma once

#include <span>

#include "vit/parameters.h"

namespace vit_embed {

/// Where the native engine has a model's parameters from: the model file itself, or a module in memory.
class NativeWeights {
 public:
  virtual ~NativeWeights() = default;

  /// Row-major, as many values as the parameter's shape has. Blocks for reading and checking them. May be
  /// called from several threads at once. Throws FatalError naming the file and what is wrong with it.
  virtual void read(const Parameter& parameter, std::span<float> values) const = 0;
};

}  // namespace vit_embed
