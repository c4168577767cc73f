#include "module/composed_runtime.h"

#include <utility>

#include "encoder/loaded_blas.h"
#include "encoder/torchscript_encoder.h"
#include "encoder/torchscript_foreign.h"
#include "image/opencv_decode.h"
#include "module/composed_model.h"
#include "module/export_model.h"
#include "module/settle_preprocessing.h"
#include "runtime/instruction_set.h"

namespace vit_embed {
namespace {

class ComposedRuntime : public Runtime {
 public:
  explicit ComposedRuntime(LogSink log) : log_(std::move(log)) {}

  ModelMetadata export_model(const ExportOptions& options) override {
    return vit_embed::export_model(options, log_);
  }

  std::unique_ptr<Model> load_model(const std::filesystem::path& model_file,
                                    const LoadOptions& options) override {
    const auto blas = find_loaded_blas();
    if (blas && !blas->warning.empty()) log_(LogLevel::warning, blas->warning);
    const EncoderOptions encoder_options{.device = options.device,
                                         .num_threads = options.num_threads,
                                         .precision = options.precision,
                                         .isa = supported_instruction_set()};
    if (find_model_metadata(model_file)) {
      return compose_model(load_torchscript_encoder(model_file, encoder_options), log_);
    }
    const Preprocessing preprocessing = settle_preprocessing(options.preprocessing);
    return compose_model(load_foreign_encoder(model_file, preprocessing, encoder_options, log_), log_);
  }

  std::vector<LibraryVersion> library_versions() const override {
    std::vector<LibraryVersion> versions{{"LibTorch", libtorch_version()}, {"OpenCV", opencv_version()}};
    if (const auto blas = find_loaded_blas()) versions.push_back({blas->name, blas->version});
    return versions;
  }

 private:
  LogSink log_;
};

}  // namespace

std::unique_ptr<Runtime> make_composed_runtime(LogSink log) {
  return std::make_unique<ComposedRuntime>(std::move(log));
}

}  // namespace vit_embed
