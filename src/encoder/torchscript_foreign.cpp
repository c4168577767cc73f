#include "encoder/torchscript_foreign.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/max.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/error.h"
#include "encoder/torchscript_engine.h"
#include "encoder/torchscript_graph.h"
#include "formats/file_hash_cache.h"
#include "torchscript/model_reader.h"
#include "torchscript/torch_error.h"

namespace vit_embed {
namespace {

/// Of rows that are the same but for rounding. Values of a ViT's final norm reach some tens.
constexpr double kTolerance = 1e-3;

/// What a forward of made-up images gave, or why it gave nothing.
struct Trial {
  c10::IValue result;
  std::string failure;
};

/// What a model that serves returns, and where in it what we want is.
struct Probed {
  OutputLayout layout;
  c10::IValue result;  ///< of two images
};

class Prober {
 public:
  Prober(torch::jit::Module& module, const Preprocessing& preprocessing, int num_threads)
      : module_(module), size_(preprocessing.image_size), num_threads_(num_threads) {}

  /// Throws FatalError, naming no file, where the model does not serve.
  Probed probe() {
    const Trial one = run(1);
    const Trial two = run(2);
    if (!one.failure.empty() && !two.failure.empty()) refuse(one.failure);
    if (!one.failure.empty() || !two.failure.empty()) {
      throw FatalError(
          fmt::format("it works for a batch of {} images and fails for {} ({}): it was traced for a fixed "
                      "batch; trace it again without the number of images in it, as transformers.ViTModel is",
                      one.failure.empty() ? 1 : 2, one.failure.empty() ? 2 : 1, one.failure + two.failure));
    }
    const OutputLayout layout = recognize_output(two.result, 2);
    compare(layout.pick(two.result), one.result);
    return {layout, two.result};
  }

 private:
  Trial run(std::size_t batch_size) {
    try {
      return {run_forward(module_, made_up_images(batch_size, size_), batch_size, size_, num_threads_), {}};
    } catch (const std::exception& e) {  // what TorchScript code raises is no c10::Error
      return {{}, telling_line(e)};
    }
  }

  [[noreturn]] void refuse(const std::string& failure) const {
    std::string advice = fmt::format("if its images are not {}, say so with --image-size", to_string(size_));
    if (failure.find("CUDA") != std::string::npos || failure.find("cuda") != std::string::npos) {
      advice = "it was made for a GPU; trace it on the CPU, after model.cpu()";
    } else if (failure.find("Half") != std::string::npos || failure.find("BFloat16") != std::string::npos) {
      advice = "it was made in half precision; trace it after model.float()";
    }
    throw FatalError(fmt::format("it does not take pixel_values [1, 3, {}, {}]: {}: {:.200}", size_.height,
                                 size_.width, advice, failure));
  }

  /// The first of two images against that image alone.
  static void compare(const ModelOutput& two, const c10::IValue& one) {
    const OutputLayout layout = recognize_output(one, 1);
    const at::Tensor alone = layout.pick(one).last_hidden_state[0];
    const at::Tensor together = two.last_hidden_state[0];
    if (alone.sizes() == together.sizes() && (alone - together).abs().max().item().toDouble() < kTolerance)
      return;
    throw FatalError(
        "it gives another result for the same image in another batch: trace it after model.eval(), without "
        "the "
        "number of images in it");
  }

  torch::jit::Module& module_;
  ImageSize size_;
  int num_threads_;
};

}  // namespace

ForeignModel load_foreign_model(const std::filesystem::path& model_file, const Preprocessing& preprocessing,
                                const EncoderOptions& options, const LogSink& log) {
  check_torchscript_options(options);
  torch::jit::Module module = load_foreign_module(model_file);
  const c10::InferenceMode no_gradients;
  Probed probed;
  try {
    probed = Prober(module, preprocessing, options.num_threads).probe();
  } catch (const FatalError& e) {
    throw FatalError(fmt::format("model file '{}': {}", model_file.native(), e.what()));
  }
  const at::Tensor tokens = probed.layout.pick(probed.result).last_hidden_state;
  log(LogLevel::info,
      fmt::format("model file '{}': TorchScript of another origin: {}; images are resized to {} ({})",
                  model_file.native(), describe_layout(probed.layout, probed.result),
                  to_string(preprocessing.image_size), to_string(preprocessing.resample)));
  ModelDescription description;
  description.source = model_file.native();
  description.weights_sha256 = cached_sha256_of_file(model_file);
  description.foreign = true;
  description.preprocessing = preprocessing;
  description.hidden_size = static_cast<int>(tokens.size(2));
  description.num_tokens = static_cast<int>(tokens.size(1));
  description.pooler = probed.layout.pooler_output.has_value();
  ForeignModel model;
  model.weights = share_weights(module);
  model.parameters = list_parameters(module);
  model.facts = read_graph_facts(module);
  model.encoder = std::make_unique<TorchScriptEngine>(std::move(module), std::move(probed.layout),
                                                      std::move(description), options);
  return model;
}

}  // namespace vit_embed
