#include "hub/snapshot.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "hub/hub_cache.h"
#include "hub/hub_download.h"
#include "hub/model_config.h"
#include "hub/processor_config.h"
#include "hub/random_weights.h"
#include "hub/safetensors_weights.h"
#include "hub/shard_index.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

[[noreturn]] void refuse_pickle(const fs::path& file) {
  throw FatalError(fmt::format(
      "'{0}': a PyTorch pickle is not read; make a safetensors file of it: python3 -c \"import torch, "
      "safetensors.torch as s; s.save_file(torch.load('{0}', weights_only=True), '{1}')\"",
      file.native(), (parent_directory(file) / "model.safetensors").native()));
}

/// What is there under this name comes before what the Hub has, and what can only be a path is not asked of
/// it.
LocalRepository locate(const fs::path& source, bool weights, const HubOptions& hub, const LogSink& log) {
  const std::string& name = source.native();
  if (is_present(source)) {
    if (hub.revision.empty()) return {source, ""};
    throw UsageError(
        fmt::format("--revision is for a repository of the Hub, and '{}' is there on the disk", name));
  }
  if (!is_repository_id(name) || name.ends_with(".safetensors")) {
    throw FatalError(fmt::format("'{}': no such directory or file", name));
  }
  RepositoryRequest request;
  request.id = name;
  request.weights = weights;
  if (!hub.revision.empty()) request.revision = hub.revision;
  return fetch_repository(read_hub_settings(::getenv), request, hub.download, log);
}

/// The files of a checkpoint, which stand in one directory.
std::vector<fs::path> find_weights(const fs::path& source) {
  if (!is_folder(source)) {
    if (source.extension() == ".safetensors") return {source};
    if (source.extension() == ".bin" || source.extension() == ".pth") refuse_pickle(source);
    throw FatalError(fmt::format("'{}' is neither a directory nor a .safetensors file", source.native()));
  }
  if (is_present(source / "model.safetensors")) return {source / "model.safetensors"};
  if (const fs::path index = source / "model.safetensors.index.json"; is_present(index)) {
    std::vector<fs::path> shards;
    for (const std::string& name : read_shard_names(index)) shards.push_back(source / name);
    return shards;
  }
  if (is_present(source / "pytorch_model.bin")) refuse_pickle(source / "pytorch_model.bin");
  throw FatalError(fmt::format("'{}': no model.safetensors in it", source.native()));
}

Preprocessing read_preprocessing(const fs::path& directory, ImageSize image_size, const LogSink& log) {
  const fs::path path = directory / "preprocessor_config.json";
  if (!is_present(path)) {
    Preprocessing defaults;
    defaults.image_size = image_size;
    log(LogLevel::warning,
        fmt::format("'{}': no preprocessor_config.json; taking ViTImageProcessor's defaults at {}",
                    directory.native(), to_string(image_size)));
    return defaults;
  }
  return read_processor_config(path);
}

Snapshot read_configs(const fs::path& directory, const LogSink& log) {
  Snapshot snapshot;
  snapshot.architecture = read_model_config(directory / "config.json");
  snapshot.preprocessing = read_preprocessing(directory, snapshot.architecture.image_size, log);
  return snapshot;
}

}  // namespace

Snapshot open_snapshot(const fs::path& source, const LogSink& log, const HubOptions& hub) {
  const LocalRepository place = locate(source, /*weights=*/true, hub, log);
  const std::vector<fs::path> files = find_weights(place.directory);
  Snapshot snapshot = read_configs(parent_directory(files.front()), log);
  snapshot.revision = place.commit;
  auto weights = std::make_unique<SafetensorsWeights>(files);
  snapshot.architecture.pooler = weights->has_pooler();
  weights->check(vit_parameters(snapshot.architecture));
  snapshot.weights = std::move(weights);
  return snapshot;
}

Snapshot random_snapshot(const fs::path& source, std::uint64_t seed, const LogSink& log,
                         const HubOptions& hub) {
  Snapshot snapshot;
  if (source.empty()) {
    snapshot.architecture = vit_large_patch16_224();
  } else {
    const fs::path place = locate(source, /*weights=*/false, hub, log).directory;
    snapshot = read_configs(is_folder(place) ? place : parent_directory(place), log);
  }
  snapshot.weights = std::make_unique<RandomWeights>(seed);
  return snapshot;
}

}  // namespace vit_embed
