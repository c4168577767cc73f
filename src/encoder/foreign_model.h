#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "encoder/encoder.h"
#include "encoder/native_weights.h"

namespace vit_embed {

/// What a module's forward tells that its parameters do not. Only what stands there as a constant counts.
struct GraphFacts {
  std::set<double> layer_norm_epsilons;
  std::set<std::string> activations;  ///< by their hidden_act, "gelu_new"; one that is unknown is left out
  std::set<std::int64_t> integers;    ///< the head size is among them

  bool operator==(const GraphFacts&) const = default;
};

struct ForeignParameter {
  std::string name;  ///< the module's own: "model.layers.0.attention.q_proj.weight"
  std::vector<std::int64_t> shape;

  bool operator==(const ForeignParameter&) const = default;
};

/// TorchScript of another origin, as LibTorch runs it, and what another engine has to know to do the same.
struct ForeignModel {
  std::unique_ptr<Encoder> encoder;          ///< runs the module's own graph
  std::unique_ptr<NativeWeights> weights;    ///< of `parameters`, by those names; shares the module's memory
  std::vector<ForeignParameter> parameters;  ///< float32; a frozen module has none
  GraphFacts facts;
};

}  // namespace vit_embed
