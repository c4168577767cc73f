#include "vit/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

class ParameterList {
 public:
  void add(std::string name, std::vector<std::int64_t> shape, ParameterRole role) {
    parameters_.push_back({std::move(name), std::move(shape), role});
  }

  void add_linear(const std::string& name, std::int64_t out, std::int64_t in, bool bias = true) {
    add(name + ".weight", {out, in}, ParameterRole::weight);
    if (bias) add(name + ".bias", {out}, ParameterRole::bias);
  }

  void add_layer_norm(const std::string& name, std::int64_t size) {
    add(name + ".weight", {size}, ParameterRole::norm_weight);
    add(name + ".bias", {size}, ParameterRole::bias);
  }

  void add_encoder_layer(const std::string& name, const Architecture& a) {
    const std::int64_t hidden = a.hidden_size;
    for (const char* projection : {"query", "key", "value"}) {
      add_linear(name + ".attention.attention." + projection, hidden, hidden, a.qkv_bias);
    }
    add_linear(name + ".attention.output.dense", hidden, hidden);
    add_linear(name + ".intermediate.dense", a.intermediate_size, hidden);
    add_linear(name + ".output.dense", hidden, a.intermediate_size);
    add_layer_norm(name + ".layernorm_before", hidden);
    add_layer_norm(name + ".layernorm_after", hidden);
  }

  std::vector<Parameter> take() && { return std::move(parameters_); }

 private:
  std::vector<Parameter> parameters_;
};

}  // namespace

std::int64_t Parameter::num_elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<Parameter> vit_parameters(const Architecture& a) {
  const std::int64_t hidden = a.hidden_size;
  ParameterList list;
  list.add("embeddings.cls_token", {1, 1, hidden}, ParameterRole::embedding);
  list.add("embeddings.position_embeddings", {1, a.num_tokens(), hidden}, ParameterRole::embedding);
  list.add("embeddings.patch_embeddings.projection.weight",
           {hidden, a.num_channels, a.patch_size, a.patch_size}, ParameterRole::weight);
  list.add("embeddings.patch_embeddings.projection.bias", {hidden}, ParameterRole::bias);
  for (int i = 0; i < a.num_hidden_layers; ++i) list.add_encoder_layer(fmt::format("encoder.layer.{}", i), a);
  list.add_layer_norm("layernorm", hidden);
  if (a.pooler) list.add_linear("pooler.dense", hidden, hidden);
  return std::move(list).take();
}

void validate_tensor_table(const ModelMetadata& metadata) {
  validate_architecture(metadata.architecture);
  std::vector<Parameter> parameters = vit_parameters(metadata.architecture);
  std::ranges::sort(parameters, {}, &Parameter::name);
  const bool same =
      std::equal(parameters.begin(), parameters.end(), metadata.tensors.begin(), metadata.tensors.end(),
                 [](const auto& a, const auto& b) { return a.name == b.name && a.shape == b.shape; });
  if (!same) throw FatalError(fmt::format("{}: its tensors are not its architecture's", kModelMetadataName));
}

std::string checkpoint_name(std::string_view name) {
  constexpr std::string_view kPrefix = "vit.";
  constexpr std::string_view kLayers = "layers.";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kModules{{
      {"attention.q_proj.", "attention.attention.query."},
      {"attention.k_proj.", "attention.attention.key."},
      {"attention.v_proj.", "attention.attention.value."},
      {"attention.o_proj.", "attention.output.dense."},
      {"mlp.fc1.", "intermediate.dense."},
      {"mlp.fc2.", "output.dense."},
  }};
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  if (!name.starts_with(kLayers)) return std::string(name);
  const std::size_t dot = name.find('.', kLayers.size());
  if (dot == std::string_view::npos) return std::string(name);
  const std::string_view number = name.substr(kLayers.size(), dot - kLayers.size());
  const std::string_view rest = name.substr(dot + 1);
  for (const auto& [module, checkpoint] : kModules) {
    if (!rest.starts_with(module)) continue;
    return fmt::format("encoder.layer.{}.{}{}", number, checkpoint, rest.substr(module.size()));
  }
  return fmt::format("encoder.layer.{}.{}", number, rest);
}

std::string shape_to_string(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace vit_embed
