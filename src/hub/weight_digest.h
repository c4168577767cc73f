#pragma once

#include <string>
#include <vector>

#include "formats/model_metadata.h"
#include "hub/weight_source.h"

namespace vit_embed {

/// What a model file's metadata says of its weights: see formats/model_metadata.h.
struct WeightDigest {
  std::string sha256;
  std::vector<TensorEntry> tensors;  ///< by name
};

/// Reads every parameter once. Throws what the source throws.
WeightDigest digest_weights(std::vector<Parameter> parameters, const WeightSource& weights);

}  // namespace vit_embed
