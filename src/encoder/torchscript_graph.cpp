#include "encoder/torchscript_graph.h"

#include <fmt/format.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/graph_iterator.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace vit_embed {
namespace {

/// Reads a graph's nodes one by one.
class FactReader {
 public:
  void read(const torch::jit::Node& node) {
    const std::string_view kind = node.kind().toQualString();
    if (kind == "prim::Constant") {
      read_constant(node);
    } else if (kind == "aten::layer_norm") {
      const c10::IValue epsilon = constant_input(node, 4);
      if (epsilon.isDouble()) facts_.layer_norm_epsilons.insert(epsilon.toDouble());
    } else if (kind == "aten::gelu") {
      const c10::IValue approximate = constant_input(node, 1);
      const bool by_tanh = approximate.isString() && approximate.toStringRef() == "tanh";
      facts_.activations.insert(by_tanh ? "gelu_pytorch_tanh" : "gelu");
    } else {
      kinds_.emplace(kind);
    }
  }

  /// An activation that is written out is known by its function and the number in its formula: the pooler has
  /// a tanh, too.
  GraphFacts take() && {
    const auto has = [this](const char* kind) { return kinds_.count(kind) != 0; };
    if (has("aten::tanh") && has_number(0.044715)) facts_.activations.insert("gelu_pytorch_tanh");
    if (has("aten::sigmoid") && has_number(1.702)) facts_.activations.insert("quick_gelu");
    if (has("aten::erf")) facts_.activations.insert("gelu");
    if (has("aten::relu") || has("aten::relu_")) facts_.activations.insert("relu");
    return std::move(facts_);
  }

 private:
  /// None where it is no constant.
  static c10::IValue constant_input(const torch::jit::Node& node, std::size_t i) {
    if (i >= node.inputs().size()) return {};
    return torch::jit::toIValue(node.inputs()[i]).value_or(c10::IValue());
  }

  void read_constant(const torch::jit::Node& node) {
    const auto value = torch::jit::toIValue(node.output());
    if (!value) return;
    if (value->isInt()) facts_.integers.insert(value->toInt());
    if (value->isIntList()) {
      for (const std::int64_t integer : value->toIntVector()) facts_.integers.insert(integer);
    }
    if (value->isDouble()) numbers_.push_back(value->toDouble());
    // What a trace makes of a number that multiplies a tensor.
    if (value->isTensor() && value->toTensor().defined() && value->toTensor().numel() == 1)
      numbers_.push_back(value->toTensor().item().toDouble());
  }

  bool has_number(double wanted) const {  // in float or in double
    return std::ranges::any_of(numbers_, [&](double n) { return std::abs(n - wanted) < 1e-6; });
  }

  GraphFacts facts_;
  std::set<std::string> kinds_;
  std::vector<double> numbers_;
};

/// Of modules in modules; a call that cannot be inlined stays.
constexpr int kDeepest = 64;

bool has_call(std::shared_ptr<torch::jit::Graph>& graph) {
  torch::jit::DepthFirstGraphNodeIterator nodes(graph);
  while (const torch::jit::Node* node = nodes.next()) {
    const std::string_view kind = node->kind().toQualString();
    if (kind == "prim::CallMethod" || kind == "prim::CallFunction") return true;
  }
  return false;
}

class SharedWeights : public NativeWeights {
 public:
  explicit SharedWeights(const torch::jit::Module& module) {
    for (const auto& parameter : module.named_parameters())
      tensors_.emplace(parameter.name, parameter.value.contiguous());
  }

  void read(const Parameter& parameter, std::span<float> values) const override {
    const at::Tensor& tensor = tensors_.at(parameter.name);
    if (static_cast<std::size_t>(tensor.numel()) != values.size())
      throw FatalError(fmt::format("parameter '{}' has another size", parameter.name));
    std::memcpy(values.data(), tensor.data_ptr<float>(), values.size_bytes());
  }

 private:
  std::map<std::string, at::Tensor> tensors_;
};

}  // namespace

GraphFacts read_graph_facts(const torch::jit::Module& module) {
  auto graph = module.get_method("forward").graph()->copy();
  // After a forward without the optimizer, LibTorch inlines one level of modules at a time.
  for (int level = 0; level < kDeepest && has_call(graph); ++level) torch::jit::Inline(*graph);
  FactReader reader;
  torch::jit::DepthFirstGraphNodeIterator nodes(graph);
  while (const torch::jit::Node* node = nodes.next()) reader.read(*node);
  return std::move(reader).take();
}

std::vector<ForeignParameter> list_parameters(const torch::jit::Module& module) {
  std::vector<ForeignParameter> parameters;
  for (const auto& parameter : module.named_parameters())
    parameters.push_back({parameter.name, parameter.value.sizes().vec()});
  return parameters;
}

std::unique_ptr<NativeWeights> share_weights(const torch::jit::Module& module) {
  return std::make_unique<SharedWeights>(module);
}

}  // namespace vit_embed
