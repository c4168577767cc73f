#include "encoder/torchscript_backend.h"

#include "encoder/loaded_blas.h"
#include "encoder/torchscript_encoder.h"
#include "encoder/torchscript_foreign.h"
#include "torchscript/model_writer.h"

namespace vit_embed {
namespace {

class TorchScriptBackend : public TorchBackend {
 public:
  std::unique_ptr<Encoder> load_encoder(const std::filesystem::path& model_file,
                                        const EncoderOptions& options) override {
    return load_torchscript_encoder(model_file, options);
  }

  ForeignModel load_foreign_model(const std::filesystem::path& model_file, const Preprocessing& preprocessing,
                                  const EncoderOptions& options, const LogSink& log) override {
    return vit_embed::load_foreign_model(model_file, preprocessing, options, log);
  }

  void write_model_file(const std::filesystem::path& output, const ModelMetadata& metadata,
                        const WeightSource& weights) override {
    vit_embed::write_model_file(output, metadata, weights);
  }

  std::optional<LoadedBlas> find_loaded_blas() const override { return vit_embed::find_loaded_blas(); }
  std::string libtorch_version() const override { return vit_embed::libtorch_version(); }
};

}  // namespace

std::unique_ptr<TorchBackend> make_torchscript_backend() {
  return std::make_unique<TorchScriptBackend>();
}

}  // namespace vit_embed
