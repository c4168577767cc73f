#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/log.h"
#include "formats/model_metadata.h"
#include "hub/blob_download.h"
#include "hub/weight_source.h"

namespace vit_embed {

/// All that a Hub repository says of a ViT.
struct Snapshot {
  std::string revision;  ///< the commit, of a repository of the Hub; else ""
  Architecture architecture;
  Preprocessing preprocessing;
  std::unique_ptr<const WeightSource> weights;
};

/// How a repository of the Hub is had.
struct HubOptions {
  std::string revision;  ///< a branch, a tag or a commit; "" for main
  DownloadControl download;
};

/// Of a directory in the Hub's layout (config.json, preprocessor_config.json, model.safetensors), of a
/// .safetensors file with the two configurations beside it, or, where nothing of that name is there, of the
/// repository ORG/NAME of the Hub, downloaded into the Hub's cache (hub_download.h). The weights were checked
/// against the architecture; without preprocessor_config.json the preprocessing is ViTImageProcessor's
/// default, which is said to `log`. Throws FatalError naming the file and the reason, and
/// fetch_repository()'s errors.
Snapshot open_snapshot(const std::filesystem::path& source, const LogSink& log, const HubOptions& hub = {});

/// The same with random weights, for which `source` needs no weights of its own; an empty one stands for
/// ViT-L/16 at 224x224.
Snapshot random_snapshot(const std::filesystem::path& source, std::uint64_t seed, const LogSink& log,
                         const HubOptions& hub = {});

}  // namespace vit_embed
