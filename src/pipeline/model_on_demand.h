#pragma once

#include <memory>

#include "pipeline/embedding_options.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// The model that options name, opened only once it is needed: our own model file says all of itself before
/// that, a foreign one says nothing. The options and the opener must outlive it.
class ModelOnDemand {
 public:
  ModelOnDemand(const EmbeddingOptions& options, const RuntimeOpener& open_runtime)
      : options_(options), open_runtime_(open_runtime) {}

  /// Looks into the file, first of all. Throws as describe_own_model() and Runtime::load_model() do.
  void describe();
  const ModelDescription& description() const { return description_; }

  /// Opens runtime and model, if they are not. Throws FatalError where the file is another than described.
  void load();
  // Once loaded:
  Model& model() const { return *model_; }
  BuildInfo build_info() const { return make_build_info(*runtime_, *model_); }

 private:
  const EmbeddingOptions& options_;
  const RuntimeOpener& open_runtime_;
  ModelDescription description_;
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<Model> model_;
};

}  // namespace vit_embed
