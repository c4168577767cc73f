#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace vit_embed {

/// What of a ViT's output stands for an image. D is the hidden size, T the number of tokens (patches and
/// [CLS]).
enum class Feature {
  cls,     ///< last_hidden_state[:, 0], float [D]
  pooler,  ///< pooler_output: tanh of a linear layer on cls, float [D]
  mean,    ///< mean of last_hidden_state[:, 1:], the patch tokens after the final norm, float [D]
  tokens,  ///< last_hidden_state, float [T, D]
};

inline constexpr std::array kFeatures{Feature::cls, Feature::pooler, Feature::mean, Feature::tokens};

/// The spelling on the command line and in every file: "cls", "pooler", "mean", "tokens".
std::string_view to_string(Feature feature);
std::optional<Feature> feature_from_string(std::string_view text);

/// One feature of a batch: `values` has room for the batch's rows, row after row.
struct FeatureOutput {
  Feature feature;
  std::span<float> values;
};

/// How a number is stored in a row.
enum class ElementType { float32, float16 };

std::string_view to_string(ElementType type);
std::optional<ElementType> element_type_from_string(std::string_view text);
/// 4 or 2.
std::size_t element_size(ElementType type);

}  // namespace vit_embed
