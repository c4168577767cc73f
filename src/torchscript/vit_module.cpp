#include "torchscript/vit_module.h"

#include <ATen/ops/from_blob.h>
#include <torch/csrc/jit/api/compilation_unit.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "torchscript/vit_script.h"

namespace vit_embed {
namespace {

/// The modules above the parameters: what stands between the dots of their names.
struct Node {
  std::vector<std::pair<std::string, Parameter>> parameters;
  std::vector<std::pair<std::string, Node>> children;  ///< in the order of the parameters' list

  Node& child(std::string_view name) {
    const auto found =
        std::find_if(children.begin(), children.end(), [&](auto& c) { return c.first == name; });
    if (found != children.end()) return found->second;
    return children.emplace_back(name, Node{}).second;
  }
};

Node module_tree(const Architecture& architecture) {
  Node root;
  for (Parameter& parameter : vit_parameters(architecture)) {
    Node* node = &root;
    std::string_view name = parameter.name;
    for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      node = &node->child(name.substr(0, dot));
      name.remove_prefix(dot + 1);
    }
    node->parameters.emplace_back(name, std::move(parameter));
  }
  return root;
}

/// Shares the source's memory, which LibTorch does not write to: the parameters want no gradient.
at::Tensor to_tensor(const Parameter& parameter, const Weights& weights) {
  auto* values = const_cast<float*>(weights.values.data());
  const auto release = [owner = weights.owner](void*) mutable { owner.reset(); };
  return at::from_blob(values, parameter.shape, release, at::TensorOptions(at::kFloat));
}

bool is_layer(std::string_view module_name) {
  return std::isdigit(static_cast<unsigned char>(module_name[0])) != 0;
}

class ModuleBuilder {
 public:
  ModuleBuilder(const Architecture& architecture, const WeightSource& weights)
      : weights_(weights),
        scripts_{{"ViTModel", model_script(architecture)},
                 {"ViTModel_embeddings", embeddings_script(architecture)},
                 {"ViTModel_encoder", encoder_script(architecture)},
                 {"ViTModel_encoder_layer_N", encoder_layer_script(architecture)}} {}

  /// The layers are instances of one class; every other module has its own.
  torch::jit::Module build(const Node& node, const std::string& class_name) {
    const auto known = classes_.find(class_name);
    torch::jit::Module module = known == classes_.end()
                                    ? torch::jit::Module(c10::QualifiedName("__torch__." + class_name), unit_)
                                    : torch::jit::Module(unit_, known->second);
    module.register_attribute("training", c10::BoolType::get(), false);
    for (const auto& [name, parameter] : node.parameters) {
      module.register_parameter(name, to_tensor(parameter, weights_.read(parameter)), /*is_buffer=*/false);
    }
    for (const auto& [name, child] : node.children) {
      module.register_module(name, build(child, class_name + "_" + (is_layer(name) ? "N" : name)));
    }
    if (known == classes_.end()) {
      const auto script = scripts_.find(class_name);
      if (script != scripts_.end()) module.define(script->second);
      classes_.emplace(class_name, module.type());
    }
    return module;
  }

 private:
  const WeightSource& weights_;
  std::map<std::string, std::string> scripts_;  // by class name
  std::shared_ptr<torch::jit::CompilationUnit> unit_ = std::make_shared<torch::jit::CompilationUnit>();
  std::map<std::string, c10::ClassTypePtr> classes_;
};

}  // namespace

torch::jit::Module build_vit_module(const Architecture& architecture, const WeightSource& weights) {
  return ModuleBuilder(architecture, weights).build(module_tree(architecture), "ViTModel");
}

}  // namespace vit_embed
