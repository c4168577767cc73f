#include "encoder/torchscript_encoder.h"

#include <torch/csrc/api/include/torch/version.h>

#include <utility>

#include "encoder/torchscript_engine.h"
#include "torchscript/model_reader.h"

namespace vit_embed {

std::unique_ptr<Encoder> load_torchscript_encoder(const std::filesystem::path& model_file,
                                                  const EncoderOptions& options) {
  check_torchscript_options(options);
  LoadedModel model = load_model_file(model_file);
  OutputLayout layout{"0", std::nullopt};
  if (model.metadata.architecture.pooler) layout.pooler_output = "1";
  return std::make_unique<TorchScriptEngine>(std::move(model.module), std::move(layout),
                                             describe(model.metadata), options);
}

std::string libtorch_version() {
  return TORCH_VERSION;
}

}  // namespace vit_embed
