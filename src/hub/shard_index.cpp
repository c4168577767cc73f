#include "hub/shard_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "hub/config_fields.h"

namespace vit_embed {
namespace {

/// Of a file beside the index, without what leads elsewhere or what a terminal would obey.
bool is_plain_weights_name(const std::string& name) {
  return name.ends_with(".safetensors") && name.front() != '.' &&
         std::ranges::none_of(name, [](unsigned char c) { return c == '/' || c < ' ' || c == 0x7f; });
}

}  // namespace

std::vector<std::string> read_shard_names(const std::filesystem::path& index_json) {
  const ConfigFields fields(index_json);
  const nlohmann::json* weight_map = fields.find("weight_map");
  if (weight_map == nullptr || !weight_map->is_object()) fields.refuse_type("weight_map", "an object");
  std::set<std::string> names;
  for (const nlohmann::json& file : *weight_map) {
    if (!file.is_string()) fields.refuse_type("weight_map", "an object of file names");
    const auto name = file.get<std::string>();
    if (!is_plain_weights_name(name)) {
      throw FatalError(
          fields.describe(fmt::format("weight_map names '{:.60}', which is no .safetensors file "
                                      "beside it",
                                      name)));
    }
    names.insert(name);
  }
  if (names.empty()) throw FatalError(fields.describe("weight_map is empty"));
  return {names.begin(), names.end()};
}

}  // namespace vit_embed
