#include "vit/activation.h"

#include <fmt/format.h>

#include "base/error.h"

namespace vit_embed {

Activation activation_from_hidden_act(std::string_view hidden_act) {
  if (hidden_act == "gelu") return Activation::gelu;
  if (hidden_act == "gelu_new" || hidden_act == "gelu_pytorch_tanh") return Activation::gelu_tanh;
  if (hidden_act == "quick_gelu") return Activation::quick_gelu;
  if (hidden_act == "relu") return Activation::relu;
  throw FatalError(fmt::format(
      "hidden_act '{}' is not supported: only gelu, gelu_new, gelu_pytorch_tanh, quick_gelu and relu",
      hidden_act));
}

}  // namespace vit_embed
