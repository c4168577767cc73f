#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>

#include "encoder/encoder.h"
#include "encoder/torchscript_output.h"

// Includes Torch: for encoder/torchscript*.cpp only.

namespace vit_embed {

/// The same as check_options(); throws FatalError for another precision than fp32, too.
void check_torchscript_options(const EncoderOptions& options);

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
  torch::jit::Module module_;
  OutputLayout layout_;
  ModelDescription description_;
  EncoderOptions options_;
};

}  // namespace vit_embed
