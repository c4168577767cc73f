#pragma once

#include <string_view>

namespace vit_embed {

/// The MLP's non-linearity, as transformers.activations.ACT2FN defines it.
enum class Activation {
  gelu,        ///< x * Phi(x), by erf: "gelu"
  gelu_tanh,   ///< the tanh approximation of it: "gelu_new", "gelu_pytorch_tanh"
  quick_gelu,  ///< x * sigmoid(1.702 x): "quick_gelu"
  relu,        ///< max(x, 0): "relu"
};

/// Of a config.json's `hidden_act`. Throws FatalError naming the value and those that are supported.
Activation activation_from_hidden_act(std::string_view hidden_act);

}  // namespace vit_embed
