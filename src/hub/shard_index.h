#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vit_embed {

/// The files that a model.safetensors.index.json names, each once, sorted. Throws FatalError naming the file
/// where it is no such index, or where a name could lead out of the directory.
std::vector<std::string> read_shard_names(const std::filesystem::path& index_json);

}  // namespace vit_embed
