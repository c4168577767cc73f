#include "module/composed_runtime.h"

#include <algorithm>
#include <utility>

#include "encoder/native_encoder.h"
#include "encoder/native_row_search.h"
#include "image/codec_versions.h"
#include "image/decode.h"
#include "image/thumbnail.h"
#include "module/choose_engine.h"
#include "module/composed_model.h"
#include "module/export_model.h"
#include "module/settle_preprocessing.h"
#include "module/torch_module.h"
#include "runtime/instruction_set.h"

namespace vit_embed {
namespace {

class ComposedRuntime : public Runtime {
 public:
  explicit ComposedRuntime(LogSink log) : log_(std::move(log)), decoder_(log_) {}

  ModelMetadata export_model(const ExportOptions& options) override {
    return vit_embed::export_model(options, torch_, log_);
  }

  std::unique_ptr<Model> load_model(const std::filesystem::path& model_file,
                                    const LoadOptions& options) override {
    const EncoderOptions encoder_options{.device = options.device,
                                         .num_threads = options.num_threads,
                                         .precision = options.precision,
                                         .isa = std::min(options.isa, supported_instruction_set())};
    if (const std::optional<ModelMetadata> metadata = find_model_metadata(model_file)) {
      return compose_model(load_own_encoder(model_file, *metadata, options.engine, encoder_options), log_);
    }
    const Preprocessing preprocessing = settle_preprocessing(options.preprocessing);
    return compose_model(
        load_foreign_encoder(model_file, preprocessing, options.engine, encoder_options, torch_, log_), log_);
  }

  std::vector<std::vector<SimilarRow>> find_similar_rows(const StoredRows& rows,
                                                         std::span<const float> queries,
                                                         const RowSearch& search) const override {
    return vit_embed::find_similar_rows(rows, queries, search);
  }

  std::vector<std::byte> make_thumbnail(std::span<const std::byte> encoded, const DecodeOptions& options,
                                        int max_side) const override {
    return vit_embed::make_thumbnail(decoder_.decode(encoded, options), max_side);
  }

  std::vector<LibraryVersion> library_versions() const override {
    std::vector<LibraryVersion> versions{{"oneDNN", onednn_version()}};
    for (auto& [name, version] : image_codec_versions()) versions.push_back({name, version});
    if (const TorchBackend* torch = torch_.opened()) {
      versions.push_back({"LibTorch", torch->libtorch_version()});
      if (const auto blas = torch->find_loaded_blas()) versions.push_back({blas->name, blas->version});
    }
    return versions;
  }

 private:
  /// Any file of our own export is a plain ViT.
  std::unique_ptr<Encoder> load_own_encoder(const std::filesystem::path& model_file,
                                            const ModelMetadata& metadata, EngineChoice engine,
                                            const EncoderOptions& options) {
    if (engine == EngineChoice::torchscript)
      return torch_.open_for_forward(log_).load_encoder(model_file, options);
    return load_native_encoder(model_file, metadata, options);
  }

  LogSink log_;
  ImageDecoder decoder_;
  TorchModule torch_;
};

}  // namespace

std::unique_ptr<Runtime> make_composed_runtime(LogSink log) {
  return std::make_unique<ComposedRuntime>(std::move(log));
}

}  // namespace vit_embed
