#include "hub/safetensors_index.h"

#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "hub/config_fields.h"

namespace vit_embed {
namespace {

/// A stranger's index must not lead out of its directory.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos;
}

}  // namespace

std::vector<std::string> read_safetensors_index(const std::filesystem::path& index_json) {
  const ConfigFields fields(index_json);
  const nlohmann::json* weight_map = fields.find("weight_map");
  if (weight_map == nullptr || !weight_map->is_object() || weight_map->empty()) {
    fields.refuse_type("weight_map", "an object of tensors and their files");
  }
  std::set<std::string> files;
  for (const auto& [tensor, file] : weight_map->items()) {
    if (!file.is_string() || !is_plain_name(file.get<std::string>())) {
      throw FatalError(fields.describe(fmt::format("tensor '{}' is in no file of this directory", tensor)));
    }
    files.insert(file.get<std::string>());
  }
  return {files.begin(), files.end()};
}

}  // namespace vit_embed
