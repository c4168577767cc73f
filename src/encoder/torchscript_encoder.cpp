#include "encoder/torchscript_encoder.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <torch/csrc/api/include/torch/version.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <stdexcept>
#include <utility>

#include "base/error.h"
#include "torchscript/model_reader.h"
#include "torchscript/torch_error.h"

namespace vit_embed {
namespace {

/// What one forward gives; N images, T tokens, D = hidden_size.
struct ModelOutput {
  at::Tensor last_hidden_state;  ///< [N, T, D]
  at::Tensor pooler_output;      ///< [N, D]; undefined without a pooler
};

at::Tensor select_feature(const ModelOutput& output, Feature feature) {
  switch (feature) {
    case Feature::cls:
      return output.last_hidden_state.select(1, 0);
    case Feature::pooler:
      return output.pooler_output;
    case Feature::mean:
      return output.last_hidden_state.slice(1, 1).mean(1);
    case Feature::tokens:
      break;
  }
  return output.last_hidden_state;
}

void copy_out(const at::Tensor& feature, std::span<float> values) {
  if (static_cast<std::size_t>(feature.numel()) != values.size()) {
    throw std::invalid_argument("an output's size is not its feature's");
  }
  at::from_blob(values.data(), feature.sizes(), at::TensorOptions(at::kFloat)).copy_(feature);
}

class TorchScriptEncoder : public Encoder {
 public:
  TorchScriptEncoder(LoadedModel model, int num_threads)
      : model_(std::move(model)), num_threads_(num_threads) {}

  const ModelMetadata& metadata() const override { return model_.metadata; }
  std::string engine() const override { return "torchscript"; }

  void encode(std::span<const float> pixel_values, std::size_t batch_size,
              std::span<const FeatureOutput> outputs) override {
    for (const FeatureOutput& output : outputs) check_has(output.feature);
    try {
      const c10::InferenceMode no_gradients;
      // LibTorch's first, profiling run holds 1.5 GB more than this for ViT-L at batch 8 (seen with 1.13).
      const torch::jit::GraphOptimizerEnabledGuard no_profiling(false);
      at::set_num_threads(num_threads_);  // OpenMP keeps the number for each calling thread
      const ModelOutput result = forward(pixel_values, batch_size);
      for (const FeatureOutput& output : outputs)
        copy_out(select_feature(result, output.feature), output.values);
    } catch (const c10::Error& e) {
      throw FatalError(fmt::format("forward failed: {}", first_line(e)));
    }
  }

 private:
  void check_has(Feature feature) const {
    if (feature != Feature::pooler || model_.metadata.architecture.pooler) return;
    throw FatalError(
        fmt::format("feature '{}' is not in this model: it has no pooler (cls, mean and tokens are there)",
                    to_string(feature)));
  }

  ModelOutput forward(std::span<const float> pixel_values, std::size_t batch_size) {
    const std::int64_t size = model_.metadata.architecture.image_size;
    const auto count = static_cast<std::int64_t>(batch_size);
    if (pixel_values.size() != batch_size * 3 * static_cast<std::size_t>(size * size)) {
      throw std::invalid_argument("pixel_values are not [batch_size, 3, S, S]");
    }
    auto* values = const_cast<float*>(pixel_values.data());  // the graph does not write to its input
    const at::Tensor input = at::from_blob(values, {count, 3, size, size}, at::TensorOptions(at::kFloat));
    const auto result = model_.module.forward({input}).toTuple();
    const auto& elements = result->elements();
    ModelOutput output{elements.at(0).toTensor(), {}};
    if (elements.size() > 1) output.pooler_output = elements.at(1).toTensor();
    return output;
  }

  LoadedModel model_;
  int num_threads_;
};

}  // namespace

std::unique_ptr<Encoder> load_torchscript_encoder(const std::filesystem::path& model_file,
                                                  const EncoderOptions& options) {
  if (options.device != "cpu") {
    throw FatalError(fmt::format("device '{}' is not supported: only cpu", options.device));
  }
  if (options.num_threads < 1) throw std::invalid_argument("num_threads is less than 1");
  return std::make_unique<TorchScriptEncoder>(load_model_file(model_file), options.num_threads);
}

std::string libtorch_version() {
  return TORCH_VERSION;
}

}  // namespace vit_embed
