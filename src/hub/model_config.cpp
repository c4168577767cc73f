#include "hub/model_config.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "hub/config_fields.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

void check_is_vit(const ConfigFields& fields) {
  const std::string model_type = fields.get("model_type", std::string());
  if (model_type.empty()) throw FatalError(fields.describe("has no model_type: it must say \"vit\""));
  if (model_type != "vit") {
    throw FatalError(fields.describe(
        fmt::format("model_type is '{}': only plain ViTs, 'vit', are supported", model_type)));
  }
  for (const std::string& name : fields.get("architectures", std::vector<std::string>())) {
    if (name == "ViTModel" || name == "ViTForImageClassification") continue;
    throw FatalError(fields.describe(fmt::format(
        "architecture '{}' is not supported: only ViTModel and ViTForImageClassification", name)));
  }
}

int read_patch_size(const ConfigFields& fields, int fallback) {
  const ImageSize patch = fields.get("patch_size", ImageSize{fallback, fallback});
  if (patch.height == patch.width) return patch.height;
  throw FatalError(
      fields.describe(fmt::format("patch_size is {}: only square patches are supported", to_string(patch))));
}

/// What later Transformers can vary of the pooler; the defaults are what every ViT checkpoint has.
void check_pooler(const ConfigFields& fields, const Architecture& architecture) {
  const std::string activation = fields.get("pooler_act", std::string("tanh"));
  if (activation != "tanh") {
    throw FatalError(
        fields.describe(fmt::format("pooler_act is '{}': only 'tanh' is supported", activation)));
  }
  const int size = fields.get("pooler_output_size", architecture.hidden_size);
  if (size != architecture.hidden_size) {
    throw FatalError(fields.describe(fmt::format(
        "pooler_output_size is {}: only hidden_size, {}, is supported", size, architecture.hidden_size)));
  }
}

}  // namespace

Architecture read_model_config(const std::filesystem::path& config_json) {
  const ConfigFields fields(config_json);
  check_is_vit(fields);

  Architecture a;
  a.hidden_size = fields.get("hidden_size", a.hidden_size);
  a.num_hidden_layers = fields.get("num_hidden_layers", a.num_hidden_layers);
  a.num_attention_heads = fields.get("num_attention_heads", a.num_attention_heads);
  a.intermediate_size = fields.get("intermediate_size", a.intermediate_size);
  a.image_size = fields.get("image_size", a.image_size);
  a.patch_size = read_patch_size(fields, a.patch_size);
  a.num_channels = fields.get("num_channels", a.num_channels);
  a.hidden_act = fields.get("hidden_act", a.hidden_act);
  a.layer_norm_eps = fields.get("layer_norm_eps", a.layer_norm_eps);
  a.qkv_bias = fields.get("qkv_bias", a.qkv_bias);
  try {
    validate_architecture(a);
  } catch (const FatalError& e) {
    throw FatalError(fields.describe(e.what()));
  }
  check_pooler(fields, a);
  return a;
}

}  // namespace vit_embed
