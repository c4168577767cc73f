#include "formats/model_metadata.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "base/error.h"
#include "formats/json_fields.h"
#include "formats/model_archive.h"

namespace vit_embed {
namespace {

using nlohmann::json;

json architecture_to_json(const Architecture& a) {
  return {{"hidden_size", a.hidden_size},
          {"num_hidden_layers", a.num_hidden_layers},
          {"num_attention_heads", a.num_attention_heads},
          {"intermediate_size", a.intermediate_size},
          {"image_size", image_size_to_json(a.image_size)},
          {"patch_size", a.patch_size},
          {"num_channels", a.num_channels},
          {"hidden_act", a.hidden_act},
          {"layer_norm_eps", a.layer_norm_eps},
          {"qkv_bias", a.qkv_bias},
          {"pooler", a.pooler}};
}

/// Whether num_patches() and num_tokens() can be computed in the int that they are.
bool is_countable(const Architecture& a) {
  if (a.hidden_size <= 0 || a.patch_size <= 0) return false;
  const std::int64_t patches = std::int64_t{a.patch_grid().height} * a.patch_grid().width;
  return patches > 0 && patches < std::numeric_limits<int>::max();
}

Architecture architecture_from_json(const json& j) {
  Architecture a;
  a.hidden_size = integer_from_json<int>(j.at("hidden_size"));
  a.num_hidden_layers = integer_from_json<int>(j.at("num_hidden_layers"));
  a.num_attention_heads = integer_from_json<int>(j.at("num_attention_heads"));
  a.intermediate_size = integer_from_json<int>(j.at("intermediate_size"));
  a.image_size = image_size_from_json(j.at("image_size"));
  a.patch_size = integer_from_json<int>(j.at("patch_size"));
  a.num_channels = integer_from_json<int>(j.at("num_channels"));
  j.at("hidden_act").get_to(a.hidden_act);
  j.at("layer_norm_eps").get_to(a.layer_norm_eps);
  j.at("qkv_bias").get_to(a.qkv_bias);
  j.at("pooler").get_to(a.pooler);
  if (!is_countable(a)) throw FatalError("its architecture is not a ViT's");
  return a;
}

ModelMetadata metadata_from_json(const json& j) {
  check_format_version(j, kModelFormatVersion);
  ModelMetadata m;
  j.at("source").get_to(m.source);
  j.at("revision").get_to(m.revision);
  j.at("weights_sha256").get_to(m.weights_sha256);
  m.random_weights = j.contains("random_seed");
  if (m.random_weights) m.random_seed = integer_from_json<std::uint64_t>(j.at("random_seed"));
  m.architecture = architecture_from_json(j.at("architecture"));
  m.preprocessing = preprocessing_from_json(j.at("preprocessing"));
  // The forward reads as many pixel values as its architecture says.
  if (m.preprocessing.image_size != m.architecture.image_size) {
    throw FatalError(
        fmt::format("not as it should be: images are resized to {}, and the architecture takes {}",
                    to_string(m.preprocessing.image_size), to_string(m.architecture.image_size)));
  }
  for (const json& t : j.at("tensors")) {
    m.tensors.push_back({t.at("name"), integers_from_json<std::int64_t>(t.at("shape")), t.at("xxh3")});
  }
  return m;
}

}  // namespace

std::string to_json(const ModelMetadata& m) {
  json tensors = json::array();
  for (const TensorEntry& t : m.tensors)
    tensors.push_back({{"name", t.name}, {"shape", t.shape}, {"xxh3", t.xxh3}});
  json j{{"format_version", kModelFormatVersion},
         {"source", m.source},
         {"revision", m.revision},
         {"weights_sha256", m.weights_sha256},
         {"architecture", architecture_to_json(m.architecture)},
         {"preprocessing", preprocessing_to_json(m.preprocessing)},
         {"tensors", std::move(tensors)}};
  if (m.random_weights) j["random_seed"] = m.random_seed;
  return dump_json(j);
}

ModelMetadata model_metadata_from_json(std::string_view text) {
  return parse_json(text, metadata_from_json);
}

std::optional<ModelMetadata> find_model_metadata(const std::filesystem::path& model_file) {
  const ModelArchive archive(model_file);
  const std::optional<std::string> text = archive.read_extra_file(kModelMetadataName);
  if (!text && archive.is_torchscript()) return std::nullopt;
  if (!text) throw FatalError(fmt::format("model file '{}': not a TorchScript archive", model_file.native()));
  try {
    return model_metadata_from_json(*text);
  } catch (const FatalError& e) {
    throw FatalError(
        fmt::format("model file '{}': {} is {}", model_file.native(), kModelMetadataName, e.what()));
  }
}

ModelMetadata read_model_metadata(const std::filesystem::path& model_file) {
  std::optional<ModelMetadata> metadata = find_model_metadata(model_file);
  if (metadata) return *std::move(metadata);
  throw FatalError(fmt::format(
      "model file '{}': TorchScript, but not made by `vit-embed export` (no vit_embed.json in it)",
      model_file.native()));
}

}  // namespace vit_embed
