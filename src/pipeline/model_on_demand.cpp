#include "pipeline/model_on_demand.h"

#include <fmt/format.h>

#include "base/error.h"

namespace vit_embed {

void ModelOnDemand::describe() {
  if (std::optional<ModelDescription> own = describe_own_model(options_)) {
    description_ = *std::move(own);
  } else {
    load();
    description_ = model_->description();
  }
}

void ModelOnDemand::load() {
  if (model_) return;
  runtime_ = open_runtime_();
  model_ = runtime_->load_model(options_.model, make_load_options(options_));
  if (!description_.weights_sha256.empty() && model_->description() != description_) {
    throw FatalError(
        fmt::format("model file '{}' was replaced while it was loaded", options_.model.native()));
  }
}

}  // namespace vit_embed
