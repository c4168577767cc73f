#pragma once

#include <filesystem>
#include <string_view>

namespace vit_embed {

/// The path of another module, which stands beside the module or the program that this code was loaded with.
/// Throws FatalError where it is missing, with what is needed for: "X is missing: Y".
std::filesystem::path find_sibling_module(std::string_view name, std::string_view needed_for);

}  // namespace vit_embed
