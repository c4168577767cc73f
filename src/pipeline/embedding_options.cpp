#include "pipeline/embedding_options.h"

#include <fmt/format.h>

#include "base/error.h"

namespace vit_embed {
namespace {

PreprocessingOptions options_of(const Preprocessing& preprocessing) {
  PreprocessingOptions options;
  options.image_size = preprocessing.image_size;
  options.resample = preprocessing.resample;
  options.image_mean = preprocessing.image_mean;
  options.image_std = preprocessing.image_std;
  return options;
}

}  // namespace

void embed_likewise(const Fingerprint& made, EmbeddingOptions& options) {
  options.features = {made.feature};
  options.l2_normalize = made.l2_normalized;
  options.dtype = made.dtype;
  options.precision = made.precision;
  options.decode.apply_exif_orientation = made.exif_orientation_applied;
  options.decode.allow_truncated = made.truncated_padded;
  if (!find_model_metadata(options.model)) options.preprocessing = options_of(made.preprocessing);
}

PipelineOptions make_pipeline_options(const EmbeddingOptions& options) {
  PipelineOptions pipeline;
  pipeline.batch_size = options.batch_size;
  pipeline.decode_threads = options.num_threads;
  pipeline.features = options.features;
  pipeline.l2_normalize = options.l2_normalize;
  pipeline.decode = options.decode;
  return pipeline;
}

LoadOptions make_load_options(const EmbeddingOptions& options) {
  LoadOptions load;
  load.device = options.device;
  load.num_threads = options.num_threads;
  load.engine = options.engine;
  load.precision = options.precision;
  load.isa = options.isa;
  load.preprocessing = options.preprocessing;
  return load;
}

std::optional<ModelDescription> describe_own_model(const EmbeddingOptions& options) {
  const std::optional<ModelMetadata> metadata = find_model_metadata(options.model);
  if (!metadata) return std::nullopt;
  if (options.preprocessing != PreprocessingOptions{}) {
    throw UsageError(
        fmt::format("model file '{}' says itself how images are preprocessed: --image-size, --mean, --std, "
                    "--resample and "
                    "--processor are for TorchScript of another origin",
                    options.model.native()));
  }
  return describe(*metadata);
}

FeatureSpec make_feature_spec(const EmbeddingOptions& options, Feature feature,
                              const ModelDescription& model) {
  if (feature == Feature::pooler && !model.pooler) {
    throw FatalError(fmt::format("model file '{}' has no pooler; use --feature cls", options.model.native()));
  }
  FeatureSpec spec;
  spec.fingerprint.weights_sha256 = model.weights_sha256;
  spec.fingerprint.feature = feature;
  spec.fingerprint.l2_normalized = options.l2_normalize;
  spec.fingerprint.dtype = options.dtype;
  spec.fingerprint.precision = options.precision;
  spec.fingerprint.preprocessing = model.preprocessing;
  spec.fingerprint.exif_orientation_applied = options.decode.apply_exif_orientation;
  spec.fingerprint.truncated_padded = options.decode.allow_truncated;
  if (feature == Feature::tokens) spec.row_shape.push_back(static_cast<std::uint64_t>(model.num_tokens));
  spec.row_shape.push_back(static_cast<std::uint64_t>(model.hidden_size));
  return spec;
}

BuildInfo make_build_info(const Runtime& runtime, const Model& model) {
  BuildInfo build{VIT_EMBED_VERSION, model.engine(), std::string(to_string(model.instruction_set())), {}};
  for (const LibraryVersion& library : runtime.library_versions())
    build.libraries.emplace(library.name, library.version);
  return build;
}

}  // namespace vit_embed
