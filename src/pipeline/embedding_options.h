#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "formats/meta.h"
#include "output/output_spec.h"
#include "pipeline/pipeline.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// How images become rows, whatever images and wherever the rows go.
struct EmbeddingOptions {
  std::filesystem::path model;
  std::vector<Feature> features{Feature::cls};
  bool l2_normalize = false;
  ElementType dtype = ElementType::float32;
  PreprocessingOptions preprocessing;  ///< of a foreign model
  std::string device = "cpu";
  EngineChoice engine = EngineChoice::automatic;
  Precision precision = Precision::fp32;
  InstructionSet isa = InstructionSet::amx;  ///< an upper bound, of the native engine
  std::size_t batch_size = 8;                ///< images in a forward
  int num_threads = 1;                       ///< for the forward, and as many for decoding while it runs
  DecodeOptions decode;
};

/// Sets in `options` all that decides which numbers stand for an image as it was for rows of this
/// fingerprint: feature, normalisation, dtype, precision, decoding, and for a foreign model its
/// preprocessing. The model is to be set already.
void embed_likewise(const Fingerprint& made, EmbeddingOptions& options);

/// The pipeline that these options ask for.
PipelineOptions make_pipeline_options(const EmbeddingOptions& options);

LoadOptions make_load_options(const EmbeddingOptions& options);

/// What our own model file says of itself, without opening the runtime; nothing where it is foreign. Throws
/// FatalError as find_model_metadata() does, and UsageError where options.preprocessing would contradict it.
std::optional<ModelDescription> describe_own_model(const EmbeddingOptions& options);

/// Fingerprint and shape of the rows that `model` makes of images under these options. Throws FatalError
/// where it does not have the feature.
FeatureSpec make_feature_spec(const EmbeddingOptions& options, Feature feature,
                              const ModelDescription& model);

/// What computes the rows: this program, the model's engine and the libraries in use.
BuildInfo make_build_info(const Runtime& runtime, const Model& model);

}  // namespace vit_embed
