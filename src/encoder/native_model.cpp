#include "encoder/native_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "encoder/native_parallel.h"

namespace vit_embed {
namespace {

std::vector<float> read_values(const Parameter& parameter, const NativeWeights& weights) {
  std::vector<float> values(static_cast<std::size_t>(parameter.num_elements()));
  weights.read(parameter, values);
  return values;
}

class ModelPacker {
 public:
  ModelPacker(PackedModel& model, const NativeWeights& weights, int num_threads)
      : model_(model),
        weights_(weights),
        num_threads_(num_threads),
        buffers_(static_cast<std::size_t>(num_threads)) {
    for (Parameter& parameter : vit_parameters(model.architecture)) {
      std::string name = parameter.name;
      parameters_.emplace(std::move(name), std::move(parameter));
    }
  }

  void pack() {
    const Architecture& a = model_.architecture;
    add_embeddings();
    model_.layers.resize(static_cast<std::size_t>(a.num_hidden_layers));
    for (std::size_t i = 0; i < model_.layers.size(); ++i)
      add_layer(model_.layers[i], fmt::format("encoder.layer.{}.", i));
    add_norm(model_.norm, "layernorm");
    if (a.pooler) {
      const std::size_t hidden = size(a.hidden_size);
      model_.pooler.emplace();
      add_linear(*model_.pooler, Precision::fp32, {hidden, hidden, hidden, false}, {1}, {"pooler.dense"});
    }
    parallel_for(num_threads_, tasks_.size(),
                 [this](std::size_t i, std::size_t thread) { tasks_[i](buffers_[thread]); });
  }

 private:
  static std::size_t size(int number) { return static_cast<std::size_t>(number); }
  const Parameter& parameter(const std::string& name) const { return parameters_.at(name); }

  /// The layer whose rows are those of the named layers, one after the other.
  void add_linear(Linear& linear, Precision precision, const LinearShape& shape,
                  const std::vector<std::size_t>& row_counts, const std::vector<std::string>& names) {
    tasks_.emplace_back([=, this, &linear](std::vector<float>& buffer) {
      buffer.resize(std::max(buffer.size(), shape.in * shape.out));
      std::vector<float> bias;
      const std::size_t rows = shape.out / names.size();
      for (std::size_t i = 0; i < names.size(); ++i) {
        weights_.read(parameter(names[i] + ".weight"),
                      std::span(buffer).subspan(i * rows * shape.in, rows * shape.in));
        const auto known = parameters_.find(names[i] + ".bias");
        if (known == parameters_.end()) continue;
        const std::vector<float> values = read_values(known->second, weights_);
        bias.insert(bias.end(), values.begin(), values.end());
      }
      linear = Linear(precision, shape, row_counts, std::span(buffer).first(shape.in * shape.out), bias);
    });
  }

  void add_norm(LayerNorm& norm, const std::string& name) {
    tasks_.emplace_back([=, this, &norm](std::vector<float>&) {
      norm.weight = read_values(parameter(name + ".weight"), weights_);
      norm.bias = read_values(parameter(name + ".bias"), weights_);
    });
  }

  void add_embeddings() {
    const Architecture& a = model_.architecture;
    const std::size_t hidden = size(a.hidden_size);
    tasks_.emplace_back([=, this](std::vector<float>&) {
      model_.tokens = read_values(parameter("embeddings.position_embeddings"), weights_);
      const std::vector<float> cls = read_values(parameter("embeddings.cls_token"), weights_);
      std::transform(cls.begin(), cls.end(), model_.tokens.begin(), model_.tokens.begin(), std::plus<>());
    });
    add_linear(model_.patch_projection, Precision::fp32,
               {size(a.num_channels * a.patch_size * a.patch_size), hidden, hidden, true},
               {size(a.num_patches())}, {"embeddings.patch_embeddings.projection"});
  }

  void add_layer(PackedLayer& layer, const std::string& name) {
    const Architecture& a = model_.architecture;
    const std::size_t hidden = size(a.hidden_size);
    const std::size_t inner = size(a.intermediate_size);
    const std::vector<std::size_t> rows{size(a.num_tokens()), 1};
    const auto add = [&](Linear& linear, const LinearShape& shape, std::vector<std::string> names) {
      for (std::string& n : names) n = name + n;
      add_linear(linear, model_.precision, shape, rows, names);
    };
    add_norm(layer.before, name + "layernorm_before");
    add_norm(layer.after, name + "layernorm_after");
    add(layer.query, {hidden, hidden, 3 * hidden, false}, {"attention.attention.query"});
    add(layer.key_value, {hidden, 2 * hidden, 3 * hidden, false},
        {"attention.attention.key", "attention.attention.value"});
    add(layer.attention_output, {hidden, hidden, hidden, true}, {"attention.output.dense"});
    add(layer.intermediate, {hidden, inner, 0, false}, {"intermediate.dense"});
    add(layer.output, {inner, hidden, hidden, true}, {"output.dense"});
  }

  PackedModel& model_;
  const NativeWeights& weights_;
  int num_threads_;
  std::map<std::string, Parameter> parameters_;
  std::vector<std::function<void(std::vector<float>&)>> tasks_;
  std::vector<std::vector<float>> buffers_;  // one a thread, of what is being packed
};

}  // namespace

PackedModel pack_model(const Architecture& architecture, Precision precision, const NativeWeights& weights,
                       int num_threads) {
  PackedModel model;
  model.architecture = architecture;
  model.precision = precision;
  ModelPacker(model, weights, num_threads).pack();
  return model;
}

}  // namespace vit_embed
