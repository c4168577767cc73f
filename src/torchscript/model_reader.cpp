#include "torchscript/model_reader.h"

#include <fmt/format.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/jit/serialization/import.h>

#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "formats/digest.h"
#include "torchscript/forbidden_operators.h"
#include "torchscript/scaled_dot_product_attention.h"
#include "torchscript/torch_error.h"
#include "vit/parameters.h"

namespace vit_embed {
namespace {

/// The messages below do not name the file: load_model_file() does.
void check_tensor(const TensorEntry& entry, const at::Tensor& tensor) {
  if (tensor.scalar_type() != at::kFloat || tensor.sizes() != at::IntArrayRef(entry.shape)) {
    throw FatalError(fmt::format("tensor '{}' is not float32 {}", entry.name, shape_to_string(entry.shape)));
  }
  const at::Tensor values = tensor.contiguous();
  const std::span bytes(static_cast<const std::byte*>(values.data_ptr()), values.nbytes());
  if (xxh3_hex(bytes) != entry.xxh3)
    throw FatalError(fmt::format("damaged: tensor '{}' has another hash", entry.name));
}

void check_tensors(const torch::jit::Module& module, const ModelMetadata& metadata) {
  std::map<std::string, at::Tensor> parameters;
  for (const auto& parameter : module.named_parameters()) parameters.emplace(parameter.name, parameter.value);
  for (const TensorEntry& entry : metadata.tensors) {
    const auto found = parameters.find(entry.name);
    if (found == parameters.end()) throw FatalError(fmt::format("tensor '{}' is missing", entry.name));
    check_tensor(entry, found->second);
  }
}

[[noreturn]] void refuse_to_load(const std::filesystem::path& path, const std::string& reason) {
  throw FatalError(fmt::format("model file '{}': LibTorch cannot load it: {}", path.native(), reason));
}

/// LibTorch's "Unknown builtin op: torchvision::nms.", or what stands for an operator of a library.
std::string explain_load_failure(const std::exception& error) {
  const std::string text = error.what();
  if (const std::optional<std::string> forbidden = find_forbidden_operator(text)) {
    return fmt::format("it calls {}, which reads or writes a file that the model names, and is not let to",
                       *forbidden);
  }
  const std::size_t unknown = text.find("Unknown builtin op: ");
  if (unknown == std::string::npos) return telling_line(error);
  std::string line = text.substr(unknown, text.find('\n', unknown) - unknown);
  if (line.ends_with('.')) line.pop_back();
  return fmt::format(
      "{}; LibTorch {} does not have it: trace the model without it, or use a build with a newer LibTorch",
      line, TORCH_VERSION);
}

void require_float32(const torch::jit::Module& module) {
  for (const auto& parameter : module.named_parameters()) {
    const at::ScalarType type = parameter.value.scalar_type();
    if (!at::isFloatingType(type) || type == at::kFloat) continue;
    throw FatalError(fmt::format(
        "its weights are {}, not float32: convert it with model.float() before tracing", at::toString(type)));
  }
}

}  // namespace

torch::jit::Module load_foreign_module(const std::filesystem::path& path) {
  forbid_operators_on_files();
  provide_scaled_dot_product_attention();
  try {
    torch::jit::Module module = torch::jit::load(path.native(), at::kCPU);
    require_float32(module);
    module.eval();
    return module;
  } catch (const Error& e) {
    throw FatalError(fmt::format("model file '{}': {}", path.native(), e.what()));
  } catch (const std::exception& e) {  // an error in the TorchScript source is no c10::Error
    refuse_to_load(path, explain_load_failure(e));
  }
}

LoadedModel load_model_file(const std::filesystem::path& path) {
  forbid_operators_on_files();
  LoadedModel model;
  model.metadata = read_model_metadata(path);  // names the file itself
  try {
    validate_tensor_table(model.metadata);
    model.module = torch::jit::load(path.native(), at::kCPU);
    check_tensors(model.module, model.metadata);
    model.module.eval();
  } catch (const Error& e) {
    throw FatalError(fmt::format("model file '{}': {}", path.native(), e.what()));
  } catch (const std::exception& e) {  // an error in the TorchScript source is no c10::Error
    refuse_to_load(path, explain_load_failure(e));
  }
  return model;
}

}  // namespace vit_embed
