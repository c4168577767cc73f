#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "encoder/encoder.h"
#include "encoder/torchscript_output.h"

// Includes Torch: for encoder/torchscript*.cpp only.

namespace vit_embed {

/// Throws FatalError for a device or a precision that is none of this engine's, std::invalid_argument for
/// less than a thread.
void check_options(const EncoderOptions& options);

/// One forward on `num_threads` threads: pixel_values float32 [batch_size, 3, H, W] to what the module
/// returns. Throws what LibTorch throws.
c10::IValue run_forward(torch::jit::Module& module, std::span<const float> pixel_values,
                        std::size_t batch_size, ImageSize image_size, int num_threads);

/// Runs a module's own graph.
class TorchScriptEngine : public Encoder {
 public:
  TorchScriptEngine(torch::jit::Module module, OutputLayout layout, ModelDescription description,
                    const EncoderOptions& options);

  const ModelDescription& description() const override { return description_; }
  std::string engine() const override { return "torchscript"; }
  InstructionSet instruction_set() const override { return options_.isa; }
  void encode(std::span<const float> pixel_values, std::size_t batch_size,
              std::span<const FeatureOutput> outputs) override;

 private:
  void check_has(Feature feature) const;

  torch::jit::Module module_;
  OutputLayout layout_;
  ModelDescription description_;
  EncoderOptions options_;
};

}  // namespace vit_embed
