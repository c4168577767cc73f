#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vit_embed {

/// The files that a model.safetensors.index.json spreads a checkpoint over, each once, by name: plain names
/// in its own directory. Throws FatalError naming the index: no JSON, no `weight_map`, a name that is a path.
std::vector<std::string> read_safetensors_index(const std::filesystem::path& index_json);

}  // namespace vit_embed
