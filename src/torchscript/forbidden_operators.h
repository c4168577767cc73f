#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vit_embed {

/// Takes from LibTorch, for the process, the operators by which TorchScript reads and writes files of its own
/// choice: a model file may come from a stranger, and no forward of a ViT needs them. What calls one fails to
/// load. Any thread, any number of times.
void forbid_operators_on_files();

/// The one of them that LibTorch's message of an unknown operator names.
std::optional<std::string> find_forbidden_operator(std::string_view message);

}  // namespace vit_embed
