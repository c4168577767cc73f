#include "encoder/torchscript_engine.h"

#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/accumulate.h>
#include <fmt/format.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "base/error.h"
#include "torchscript/torch_error.h"

namespace vit_embed {
namespace {

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

}  // namespace

void check_torchscript_options(const EncoderOptions& options) {
  check_options(options);
  if (options.precision != Precision::fp32) {
    throw FatalError(
        fmt::format("the TorchScript engine has no precision {}: only fp32", to_string(options.precision)));
  }
}

c10::IValue run_forward(torch::jit::Module& module, std::span<const float> pixel_values,
                        std::size_t batch_size, ImageSize image_size, int num_threads) {
  const std::array<std::int64_t, 4> shape{static_cast<std::int64_t>(batch_size), 3, image_size.height,
                                          image_size.width};
  if (pixel_values.size() != static_cast<std::size_t>(c10::multiply_integers(shape))) {
    throw std::invalid_argument("pixel_values are not [batch_size, 3, H, W]");
  }
  const c10::InferenceMode no_gradients;
  // LibTorch's first, profiling run holds 1.5 GB more than this for ViT-L at batch 8 (seen with 1.13).
  const torch::jit::GraphOptimizerEnabledGuard no_profiling(false);
  at::set_num_threads(num_threads);                        // OpenMP keeps the number for each calling thread
  auto* values = const_cast<float*>(pixel_values.data());  // the graph does not write to its input
  return module.forward({at::from_blob(values, shape, at::TensorOptions(at::kFloat))});
}

TorchScriptEngine::TorchScriptEngine(torch::jit::Module module, OutputLayout layout,
                                     ModelDescription description, const EncoderOptions& options)
    : module_(std::move(module)),
      layout_(std::move(layout)),
      description_(std::move(description)),
      options_(options) {}

void TorchScriptEngine::encode(std::span<const float> pixel_values, std::size_t batch_size,
                               std::span<const FeatureOutput> outputs) {
  for (const FeatureOutput& output : outputs) require_feature(description_, output.feature);
  try {
    const c10::InferenceMode no_gradients;
    const ModelOutput result = layout_.pick(run_forward(
        module_, pixel_values, batch_size, description_.preprocessing.image_size, options_.num_threads));
    for (const FeatureOutput& output : outputs) {
      copy_out(select_feature(result, output.feature), output.values);
    }
  } catch (const std::invalid_argument&) {
    throw;
  } catch (const std::exception& e) {  // what TorchScript code raises is no c10::Error
    throw FatalError(fmt::format("forward failed: {}", telling_line(e)));
  }
}

}  // namespace vit_embed
