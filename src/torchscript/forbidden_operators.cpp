#include "torchscript/forbidden_operators.h"

#include <torch/csrc/jit/runtime/operator.h>

#include <array>
#include <memory>
#include <vector>

namespace vit_embed {
namespace {

constexpr std::array<const char*, 2> kForbidden{"aten::save", "aten::from_file"};

bool take_all() {
  for (const char* name : kForbidden) {
    const std::vector<std::shared_ptr<torch::jit::Operator>> overloads =
        torch::jit::getAllOperatorsFor(c10::Symbol::fromQualString(name));
    for (const auto& overload : overloads) torch::jit::deregisterOperator(overload->schema());
  }
  return true;
}

}  // namespace

void forbid_operators_on_files() {
  [[maybe_unused]] static const bool taken = take_all();
}

std::optional<std::string> find_forbidden_operator(std::string_view message) {
  for (const char* name : kForbidden) {
    if (message.find(std::string("Unknown builtin op: ") + name) != std::string_view::npos) return name;
  }
  return std::nullopt;
}

}  // namespace vit_embed
