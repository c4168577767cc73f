#pragma once

#include <optional>
#include <string_view>

namespace vit_embed {

/// What the forward's matrix products multiply. Sums are float32 (of int8: int32) in each.
enum class Precision {
  fp32,
  bf16,  ///< weights and activations rounded to bfloat16
  int8,  ///< weights with a scale per output channel, activations with a scale per row, chosen as they come
};

/// The spelling on the command line and in every file: "fp32", "bf16", "int8".
std::string_view to_string(Precision precision);
std::optional<Precision> precision_from_string(std::string_view text);

}  // namespace vit_embed
