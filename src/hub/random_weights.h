#pragma once

#include <cstdint>

#include "hub/weight_source.h"

namespace vit_embed {

/// Untrained weights with the moments of Transformers' initialisation: weights and embeddings of mean 0 and
/// standard deviation 0.02, biases 0, norms 1. A tensor's values follow from the seed and its name alone, by
/// integer arithmetic: the same on every machine and with every library.
class RandomWeights : public WeightSource {
 public:
  explicit RandomWeights(std::uint64_t seed) : seed_(seed) {}

  Weights read(const Parameter& parameter) const override;

 private:
  std::uint64_t seed_;
};

}  // namespace vit_embed
