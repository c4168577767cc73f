#include "vit/architecture.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "base/error.h"
#include "vit/activation.h"

namespace vit_embed {
namespace {

void require_in_range(std::string_view name, int value, int largest) {
  if (value >= 1 && value <= largest) return;
  throw FatalError(fmt::format("{} is {}: it must lie between 1 and {}", name, value, largest));
}

}  // namespace

void validate_architecture(const Architecture& a) {
  // Far beyond any ViT (ViT-22B: 6144 wide, 48 layers), and small enough that no product of sizes overflows.
  require_in_range("hidden_size", a.hidden_size, 1 << 16);
  require_in_range("num_hidden_layers", a.num_hidden_layers, 1024);
  require_in_range("num_attention_heads", a.num_attention_heads, 1024);
  require_in_range("intermediate_size", a.intermediate_size, 1 << 18);
  require_in_range("image_size", a.image_size.height, 8192);
  require_in_range("image_size", a.image_size.width, 8192);
  require_in_range("patch_size", a.patch_size, 8192);
  if (a.num_channels != 3) {
    throw FatalError(fmt::format("num_channels is {}: only RGB, 3 channels, is supported", a.num_channels));
  }
  if (a.hidden_size % a.num_attention_heads != 0) {
    throw FatalError(fmt::format("hidden_size {} is not divisible by num_attention_heads {}", a.hidden_size,
                                 a.num_attention_heads));
  }
  if (a.num_patches() == 0) {
    throw FatalError(
        fmt::format("image_size {} is less than patch_size {}", to_string(a.image_size), a.patch_size));
  }
  if (!std::isfinite(a.layer_norm_eps) || a.layer_norm_eps <= 0 || a.layer_norm_eps >= 1) {
    throw FatalError(fmt::format("layer_norm_eps is {}: it must lie between 0 and 1", a.layer_norm_eps));
  }
  activation_from_hidden_act(a.hidden_act);
}

int head_size(const Architecture& a) {
  return a.hidden_size / a.num_attention_heads;
}

Architecture vit_large_patch16_224() {
  Architecture a;
  a.hidden_size = 1024;
  a.num_hidden_layers = 24;
  a.num_attention_heads = 16;
  a.intermediate_size = 4096;
  return a;
}

}  // namespace vit_embed
