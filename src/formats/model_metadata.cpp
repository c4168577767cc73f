#include "formats/model_metadata.h"

#include <fmt/format.h>
#include <zip.h>

#include <memory>

#include "base/error.h"
#include "formats/json_fields.h"

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

Architecture architecture_from_json(const json& j) {
  Architecture a;
  j.at("hidden_size").get_to(a.hidden_size);
  j.at("num_hidden_layers").get_to(a.num_hidden_layers);
  j.at("num_attention_heads").get_to(a.num_attention_heads);
  j.at("intermediate_size").get_to(a.intermediate_size);
  a.image_size = image_size_from_json(j.at("image_size"));
  j.at("patch_size").get_to(a.patch_size);
  j.at("num_channels").get_to(a.num_channels);
  j.at("hidden_act").get_to(a.hidden_act);
  j.at("layer_norm_eps").get_to(a.layer_norm_eps);
  j.at("qkv_bias").get_to(a.qkv_bias);
  j.at("pooler").get_to(a.pooler);
  if (a.hidden_size <= 0 || a.patch_size <= 0 || a.num_patches() <= 0) {
    throw FatalError("its architecture is not a ViT's");
  }
  return a;
}

ModelMetadata metadata_from_json(const json& j) {
  check_format_version(j, kModelFormatVersion);
  ModelMetadata m;
  j.at("source").get_to(m.source);
  j.at("revision").get_to(m.revision);
  j.at("weights_sha256").get_to(m.weights_sha256);
  m.random_weights = j.contains("random_seed");
  if (m.random_weights) j.at("random_seed").get_to(m.random_seed);
  m.architecture = architecture_from_json(j.at("architecture"));
  m.preprocessing = preprocessing_from_json(j.at("preprocessing"));
  for (const json& t : j.at("tensors")) {
    m.tensors.push_back({t.at("name"), t.at("shape").get<std::vector<std::int64_t>>(), t.at("xxh3")});
  }
  return m;
}

struct ZipCloser {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};

std::unique_ptr<zip_t, ZipCloser> open_archive(const std::filesystem::path& path) {
  int code = 0;
  std::unique_ptr<zip_t, ZipCloser> archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason =
        code == ZIP_ER_NOZIP ? "not a TorchScript archive, or a truncated one" : zip_error_strerror(&error);
    zip_error_fini(&error);
    throw FatalError(fmt::format("model file '{}': {}", path.native(), reason));
  }
  return archive;
}

constexpr zip_uint64_t kLargestMetadata = zip_uint64_t{64} << 20;

std::string read_entry(zip_t* archive, zip_uint64_t index, const std::filesystem::path& path) {
  zip_stat_t status;
  const std::unique_ptr<zip_file_t, ZipCloser> entry(zip_fopen_index(archive, index, 0));
  if (!entry || zip_stat_index(archive, index, 0, &status) != 0 || status.size > kLargestMetadata) {
    throw FatalError(fmt::format("model file '{}': {} cannot be read", path.native(), kModelMetadataName));
  }
  std::string text(status.size, '\0');
  char beyond;  // libzip checks the CRC when it is asked for more than there is
  if (zip_fread(entry.get(), text.data(), text.size()) != static_cast<zip_int64_t>(text.size()) ||
      zip_fread(entry.get(), &beyond, 1) != 0) {
    throw FatalError(fmt::format("model file '{}': {} is damaged", path.native(), kModelMetadataName));
  }
  return text;
}

/// The text of the entry ARCHIVE_NAME/extra/vit_embed.json, where there is one; PyTorch names the folder
/// after the file it first wrote.
std::optional<std::string> find_metadata_entry(zip_t* archive, const std::filesystem::path& path) {
  const std::string suffix = "/extra/" + std::string(kModelMetadataName);
  bool torchscript = false;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* raw_name = zip_get_name(archive, index, ZIP_FL_ENC_RAW);
    const std::string_view name = raw_name == nullptr ? "" : raw_name;
    torchscript = torchscript || name.find("/code/") != std::string_view::npos;
    if (name.ends_with(suffix)) return read_entry(archive, index, path);
  }
  if (torchscript) return std::nullopt;
  throw FatalError(fmt::format("model file '{}': not a TorchScript archive", path.native()));
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
  const auto archive = open_archive(model_file);
  const std::optional<std::string> text = find_metadata_entry(archive.get(), model_file);
  if (!text) return std::nullopt;
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
