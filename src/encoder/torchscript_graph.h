#pragma once

#include <torch/csrc/jit/api/module.h>

#include "encoder/foreign_model.h"

// Includes Torch: for encoder/torchscript*.cpp only.

namespace vit_embed {

/// Of a module's forward and of all that it calls.
GraphFacts read_graph_facts(const torch::jit::Module& module);

std::vector<ForeignParameter> list_parameters(const torch::jit::Module& module);

/// Those parameters' values, in the module's own memory, which is kept.
std::unique_ptr<NativeWeights> share_weights(const torch::jit::Module& module);

}  // namespace vit_embed
