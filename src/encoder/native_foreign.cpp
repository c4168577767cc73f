#include "encoder/native_foreign.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "encoder/native_encoder.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

/// Of a token's or a pooler's largest value. Rounding is some hundredths of that; another forward is far off.
constexpr float kTolerance = 1e-3F;

constexpr std::string_view kClsToken = "embeddings.cls_token";

/// A foreign model's parameters under the names of the architecture's. What is thrown names no file.
class NamedParameters {
 public:
  explicit NamedParameters(const std::vector<ForeignParameter>& parameters) {
    if (parameters.empty())
      throw FatalError("it has no parameters: a frozen module has its weights as constants");
    const auto cls = std::ranges::find_if(parameters, [](const ForeignParameter& p) {
      return p.name == kClsToken || p.name.ends_with(fmt::format(".{}", kClsToken));
    });
    if (cls == parameters.end())
      throw FatalError(fmt::format("it has no parameter '{}', as transformers.ViTModel has", kClsToken));
    const std::string prefix = cls->name.substr(0, cls->name.size() - kClsToken.size());
    for (const ForeignParameter& p : parameters) {
      const bool inside = p.name.starts_with(prefix);
      if (!inside || !by_name_.emplace(checkpoint_name(p.name.substr(prefix.size())), &p).second)
        others_.push_back(p.name);
    }
  }

  bool has(const std::string& name) const { return by_name_.count(name) != 0; }

  const ForeignParameter& get(const std::string& name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) throw FatalError(fmt::format("it has no parameter '{}'", name));
    return *found->second;
  }

  int size(const std::string& name, std::size_t dimension) const {
    const std::vector<std::int64_t>& shape = get(name).shape;
    if (dimension >= shape.size()) throw FatalError(refusal(name));
    return static_cast<int>(std::min<std::int64_t>(shape[dimension], std::numeric_limits<int>::max()));
  }

  /// Throws FatalError unless the parameters are `wanted` and some that make no difference to a ViTModel's
  /// outputs. The module's name of each of them.
  std::map<std::string, std::string> match(const std::vector<Parameter>& wanted) const {
    std::map<std::string, std::string> names;
    for (const Parameter& parameter : wanted) {
      const ForeignParameter& found = get(parameter.name);
      if (found.shape != parameter.shape) throw FatalError(refusal(parameter.name, &parameter.shape));
      names.emplace(parameter.name, found.name);
    }
    std::vector<std::string> left_over = others_;
    for (const auto& [name, parameter] : by_name_) {
      const bool harmless = name == "embeddings.mask_token" || name.starts_with("pooler.dense.");
      if (!harmless && names.count(name) == 0) left_over.push_back(parameter->name);
    }
    std::erase_if(left_over, [](const std::string& name) {
      return name.ends_with("classifier.weight") || name.ends_with("classifier.bias");
    });
    if (!left_over.empty())
      throw FatalError(
          fmt::format("its parameter '{}' is none of transformers.ViTModel's", left_over.front()));
    return names;
  }

 private:
  std::string refusal(const std::string& name, const std::vector<std::int64_t>* wanted = nullptr) const {
    return fmt::format("its parameter '{}' is {}{}", name, shape_to_string(get(name).shape),
                       wanted == nullptr ? ", not a ViT's" : ", not " + shape_to_string(*wanted));
  }

  std::map<std::string, const ForeignParameter*> by_name_;
  std::vector<std::string> others_;  // the module's names
};

class RenamedWeights : public NativeWeights {
 public:
  RenamedWeights(const NativeWeights& weights, std::map<std::string, std::string> names)
      : weights_(weights), names_(std::move(names)) {}

  void read(const Parameter& parameter, std::span<float> values) const override {
    Parameter renamed = parameter;
    renamed.name = names_.at(parameter.name);
    weights_.read(renamed, values);
  }

 private:
  const NativeWeights& weights_;
  std::map<std::string, std::string> names_;
};

template <class Value>
const Value& only(const std::set<Value>& values, std::string_view what) {
  if (values.empty()) throw FatalError(fmt::format("its graph has no {} that is known", what));
  if (values.size() > 1)
    throw FatalError(fmt::format("its graph has more than one {}: {}", what, fmt::join(values, ", ")));
  return *values.begin();
}

/// All but the number of heads, which stays at one. Throws FatalError where it is none of ours.
Architecture deduce_architecture(const NamedParameters& parameters, const ForeignModel& model) {
  const std::string projection = "embeddings.patch_embeddings.projection.weight";
  Architecture a;
  a.hidden_size = parameters.size(std::string(kClsToken), 2);
  a.num_hidden_layers = 0;
  while (parameters.has(fmt::format("encoder.layer.{}.layernorm_before.weight", a.num_hidden_layers)))
    ++a.num_hidden_layers;
  a.num_attention_heads = 1;
  a.intermediate_size = parameters.size("encoder.layer.0.intermediate.dense.weight", 0);
  a.num_channels = parameters.size(projection, 1);
  a.patch_size = parameters.size(projection, 2);
  a.qkv_bias = parameters.has("encoder.layer.0.attention.attention.query.bias");
  a.image_size = model.encoder->description().preprocessing.image_size;
  a.pooler = model.encoder->description().pooler;
  a.layer_norm_eps = only(model.facts.layer_norm_epsilons, "layer_norm epsilon");
  a.hidden_act = only(model.facts.activations, "activation");
  validate_architecture(a);
  return a;
}

/// The graph's own numbers before any other, those nearest to 64 first, which almost every ViT has. With
/// weights that hardly attend, a wrong one might pass the check, too: hence those last that are no evidence.
std::vector<int> candidate_head_sizes(int hidden_size, const std::set<std::int64_t>& integers) {
  constexpr int kUsual = 64;
  constexpr int kLeast = 4;  // any graph has 1, 2 and 3, as dimensions
  constexpr int kMostHeads = 1024;
  std::set<std::int64_t> all = integers;
  all.insert(kUsual);
  std::vector<int> sizes;
  for (const std::int64_t size : all) {
    if (size >= kLeast && size <= hidden_size && hidden_size % size == 0 && hidden_size / size <= kMostHeads)
      sizes.push_back(static_cast<int>(size));
  }
  std::ranges::stable_sort(sizes, {}, [&](int size) {
    const bool evidence = size != hidden_size && integers.count(size) != 0;
    return std::pair(!evidence, std::abs(std::log2(double{kUsual} / size)));
  });
  return sizes;
}

/// Both outputs of one made-up image.
struct Outputs {
  std::vector<float> tokens, pooler;
};

Outputs run_made_up_image(Encoder& encoder) {
  const ModelDescription& m = encoder.description();
  const auto hidden = static_cast<std::size_t>(m.hidden_size);
  Outputs outputs;
  outputs.tokens.resize(static_cast<std::size_t>(m.num_tokens) * hidden);
  std::vector<FeatureOutput> wanted{{Feature::tokens, outputs.tokens}};
  if (m.pooler) {
    outputs.pooler.resize(hidden);
    wanted.push_back({Feature::pooler, outputs.pooler});
  }
  encoder.encode(made_up_images(1, m.preprocessing.image_size), 1, wanted);
  return outputs;
}

/// The largest difference in rows of `hidden_size`, each as a part of its row's largest value.
float relative_difference(std::span<const float> expected, std::span<const float> got,
                          std::size_t hidden_size) {
  float worst = 0;
  for (std::size_t row = 0; row < expected.size(); row += hidden_size) {
    float largest = 0, difference = 0;
    for (std::size_t i = row; i < row + hidden_size; ++i) {
      const float off = std::abs(got[i] - expected[i]);
      if (!std::isfinite(off)) return std::numeric_limits<float>::infinity();
      largest = std::max(largest, std::abs(expected[i]));
      difference = std::max(difference, off);
    }
    if (difference > 0) worst = std::max(worst, difference / largest);
  }
  return worst;
}

float relative_difference(const Outputs& expected, const Outputs& got, int hidden_size) {
  const auto size = static_cast<std::size_t>(hidden_size);
  return std::max(relative_difference(expected.tokens, got.tokens, size),
                  relative_difference(expected.pooler, got.pooler, size));
}

/// The check itself, for an architecture whose parameters are all there.
NativeFit fit_heads(Architecture architecture, const NativeWeights& weights, const ForeignModel& model,
                    const EncoderOptions& options) {
  const ModelDescription& description = model.encoder->description();
  if (description.hidden_size != architecture.hidden_size ||
      description.num_tokens != architecture.num_tokens()) {
    return {nullptr, fmt::format("it gives {} tokens of {}, a ViT of its parameters gives {} of {}",
                                 description.num_tokens, description.hidden_size, architecture.num_tokens(),
                                 architecture.hidden_size)};
  }
  const std::vector<int> head_sizes = candidate_head_sizes(architecture.hidden_size, model.facts.integers);
  if (head_sizes.empty()) return {nullptr, "its graph does not tell the number of heads"};
  const Outputs expected = run_made_up_image(*model.encoder);
  EncoderOptions in_fp32 = options;
  in_fp32.precision = Precision::fp32;
  float least = std::numeric_limits<float>::infinity();
  for (const int head_size : head_sizes) {
    architecture.num_attention_heads = architecture.hidden_size / head_size;
    auto encoder = make_native_encoder(architecture, weights, description, in_fp32);
    const float difference =
        relative_difference(expected, run_made_up_image(*encoder), architecture.hidden_size);
    least = std::min(least, difference);
    if (difference > kTolerance) continue;
    if (options.precision == Precision::fp32) return {std::move(encoder), {}};
    encoder.reset();  // before the second packing, which needs its memory
    return {make_native_encoder(architecture, weights, description, options), {}};
  }
  return {nullptr,
          fmt::format("its forward is another than transformers.ViTModel's: a value is off by {:.2g} "
                      "of its row's largest, more than {:g}",
                      least, kTolerance)};
}

}  // namespace

NativeFit fit_native_encoder(const ForeignModel& model, const EncoderOptions& options) {
  Architecture architecture;
  std::map<std::string, std::string> names;
  try {
    const NamedParameters parameters(model.parameters);
    architecture = deduce_architecture(parameters, model);
    names = parameters.match(vit_parameters(architecture));
  } catch (const FatalError& e) {
    return {nullptr, e.what()};
  }
  return fit_heads(architecture, RenamedWeights(*model.weights, std::move(names)), model, options);
}

}  // namespace vit_embed
