#pragma once

#include <torch/csrc/jit/api/module.h>

#include "formats/model_metadata.h"
#include "hub/weight_source.h"

// Includes Torch: for this layer's .cpp files only.

namespace vit_embed {

/// The model as a scripted module in eval mode, its parameters under the Hub checkpoint's names and sharing
/// the source's memory. Throws FatalError where `weights` does.
torch::jit::Module build_vit_module(const Architecture& architecture, const WeightSource& weights);

}  // namespace vit_embed
