#include "module/composed_model.h"

#include <utility>

#include "image/preprocess.h"

namespace vit_embed {
namespace {

class ComposedModel : public Model {
 public:
  ComposedModel(std::unique_ptr<Encoder> encoder, const LogSink& log)
      : encoder_(std::move(encoder)), preprocessor_(encoder_->description().preprocessing, log) {}

  const ModelDescription& description() const override { return encoder_->description(); }
  std::string engine() const override { return encoder_->engine(); }
  InstructionSet instruction_set() const override { return encoder_->instruction_set(); }

  void preprocess(std::span<const std::byte> encoded, const DecodeOptions& options,
                  std::span<float> pixel_values) const override {
    preprocessor_.preprocess(encoded, options, pixel_values);
  }

  void encode(std::span<const float> pixel_values, std::size_t batch_size,
              std::span<const FeatureOutput> outputs) override {
    encoder_->encode(pixel_values, batch_size, outputs);
  }

 private:
  std::unique_ptr<Encoder> encoder_;
  ImagePreprocessor preprocessor_;
};

}  // namespace

std::unique_ptr<Model> compose_model(std::unique_ptr<Encoder> encoder, const LogSink& log) {
  return std::make_unique<ComposedModel>(std::move(encoder), log);
}

}  // namespace vit_embed
