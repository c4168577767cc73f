#include "module/export_model.h"

#include <utility>

#include "base/error.h"
#include "hub/position_embeddings.h"
#include "hub/snapshot.h"
#include "hub/weight_digest.h"

namespace vit_embed {

ModelMetadata export_model(const ExportOptions& options, TorchModule& torch, const LogSink& log) {
  const bool random = options.random_seed.has_value();
  if (!random && options.source.empty())
    throw UsageError("export needs a directory, a .safetensors file or a Hub id");
  TorchBackend& backend = torch.open();  // before a download, which would be for nothing where it is missing
  const HubOptions hub{.revision = options.revision,
                       .download = {.on_progress = options.on_download, .stop = options.stop}};
  Snapshot snapshot = random ? random_snapshot(options.source, *options.random_seed, log, hub)
                             : open_snapshot(options.source, log, hub);
  settle_image_size(snapshot, options.image_size);
  WeightDigest digest = digest_weights(vit_parameters(snapshot.architecture), *snapshot.weights);

  ModelMetadata metadata;
  metadata.source = random ? "random" : options.source.native();
  metadata.revision = snapshot.revision;
  metadata.weights_sha256 = std::move(digest.sha256);
  metadata.random_weights = random;
  metadata.random_seed = options.random_seed.value_or(0);
  metadata.architecture = snapshot.architecture;
  metadata.preprocessing = snapshot.preprocessing;
  metadata.tensors = std::move(digest.tensors);
  if (options.stop.stop_requested()) throw StoppedError("stopped; no model was written");
  backend.write_model_file(options.output, metadata, *snapshot.weights);
  return metadata;
}

}  // namespace vit_embed
