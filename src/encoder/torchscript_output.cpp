#include "encoder/torchscript_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"

namespace vit_embed {
namespace {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

void add(NamedTensors& tensors, std::string name, const c10::IValue& value) {
  if (value.isTensor() && value.toTensor().defined()) tensors.emplace_back(std::move(name), value.toTensor());
}

bool is_batch_of(const at::Tensor& tensor, std::int64_t dimensions, std::int64_t batch_size) {
  return tensor.dim() == dimensions && tensor.size(0) == batch_size && tensor.is_floating_point();
}

/// The name of the first tensor that fits, one that is called `name` before any other.
template <class Fits>
std::optional<std::string> find_tensor(const NamedTensors& tensors, std::string_view name, Fits fits) {
  for (const auto& [key, tensor] : tensors) {
    if (key == name && fits(tensor)) return key;
  }
  for (const auto& [key, tensor] : tensors) {
    if (fits(tensor)) return key;
  }
  return std::nullopt;
}

const at::Tensor& tensor_called(const NamedTensors& tensors, const std::string& name) {
  const auto found = std::ranges::find(tensors, name, &NamedTensors::value_type::first);
  TORCH_CHECK(found != tensors.end(), "the model gave no output '", name, "' this time");
  return found->second;
}

/// Of one image: without the batch's dimension.
std::string shape_of(const at::Tensor& tensor) {
  if (tensor.dim() == 0) return "[]";
  return fmt::format("[{}]", fmt::join(tensor.sizes().begin() + 1, tensor.sizes().end(), ", "));
}

}  // namespace

std::vector<std::pair<std::string, at::Tensor>> named_tensors(const c10::IValue& result) {
  NamedTensors tensors;
  if (result.isGenericDict()) {
    for (const auto& entry : result.toGenericDict()) {
      if (entry.key().isString()) add(tensors, entry.key().toStringRef(), entry.value());
    }
  } else if (result.isTuple()) {
    const auto tuple = result.toTuple();
    for (std::size_t i = 0; i < tuple->elements().size(); ++i)
      add(tensors, std::to_string(i), tuple->elements()[i]);
  } else if (result.isList()) {
    const auto list = result.toList();
    for (std::size_t i = 0; i < list.size(); ++i) add(tensors, std::to_string(i), list.get(i));
  } else {
    add(tensors, "0", result);
  }
  return tensors;
}

ModelOutput OutputLayout::pick(const c10::IValue& result) const {
  const NamedTensors tensors = named_tensors(result);
  ModelOutput output{tensor_called(tensors, last_hidden_state), {}};
  if (pooler_output) output.pooler_output = tensor_called(tensors, *pooler_output);
  return output;
}

OutputLayout recognize_output(const c10::IValue& result, std::int64_t batch_size) {
  const NamedTensors tensors = named_tensors(result);
  const auto tokens = find_tensor(tensors, "last_hidden_state",
                                  [&](const at::Tensor& t) { return is_batch_of(t, 3, batch_size); });
  if (!tokens) {
    std::vector<std::string> shapes;
    for (const auto& [name, tensor] : tensors) {
      shapes.push_back(fmt::format("'{}' [{}]", name, fmt::join(tensor.sizes(), ", ")));
    }
    throw FatalError(fmt::format(
        "none of its outputs is a last_hidden_state [{}, tokens, hidden_size]: {}; trace a module that "
        "returns "
        "(last_hidden_state, pooler_output)",
        batch_size, shapes.empty() ? "there is no tensor" : fmt::format("{}", fmt::join(shapes, ", "))));
  }
  const std::int64_t hidden_size = tensor_called(tensors, *tokens).size(2);
  return {*tokens, find_tensor(tensors, "pooler_output", [&](const at::Tensor& t) {
            return is_batch_of(t, 2, batch_size) && t.size(1) == hidden_size;
          })};
}

std::string describe_layout(const OutputLayout& layout, const c10::IValue& result) {
  std::string text;
  std::string unused;
  for (const auto& [name, tensor] : named_tensors(result)) {
    const bool tokens = name == layout.last_hidden_state;
    if (tokens || name == layout.pooler_output) {
      text += fmt::format("{}{} {} is output '{}'", text.empty() ? "" : ", ",
                          tokens ? "last_hidden_state" : "pooler_output", shape_of(tensor), name);
    } else {
      unused += fmt::format("{}'{}' {}", unused.empty() ? "" : ", ", name, shape_of(tensor));
    }
  }
  if (!layout.pooler_output) text += ", there is no pooler_output";
  return unused.empty() ? text : text + "; not used: " + unused;
}

}  // namespace vit_embed
