#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "formats/feature.h"
#include "formats/instruction_set.h"
#include "formats/model_description.h"
#include "formats/precision.h"

namespace vit_embed {

struct EncoderOptions {
  std::string device = "cpu";                 ///< "cpu" is all there is
  int num_threads = 1;                        ///< of one forward, >= 1
  Precision precision = Precision::fp32;      ///< of its products; TorchScript has fp32 only
  InstructionSet isa = InstructionSet::avx2;  ///< the widest to use, no wider than the processor's
};

/// Throws FatalError for a device that is none of ours, std::invalid_argument for less than a thread.
void check_options(const EncoderOptions& options);

/// Throws FatalError where `model` does not have the feature.
void require_feature(const ModelDescription& model, Feature feature);

/// float32 [count, 3, H, W] of all levels, to try an engine on: the first image is the same whatever the
/// count.
std::vector<float> made_up_images(std::size_t count, ImageSize size);

/// A ViT that is ready to run.
class Encoder {
 public:
  virtual ~Encoder() = default;

  virtual const ModelDescription& description() const = 0;
  /// "native" or "torchscript".
  virtual std::string engine() const = 0;
  /// The widest that the forward uses.
  virtual InstructionSet instruction_set() const = 0;

  /// One forward of `batch_size` images, float32 [batch_size, 3, H, W], into every output. Blocks. One call
  /// at a time, from any thread. Throws FatalError naming a feature that the model lacks.
  virtual void encode(std::span<const float> pixel_values, std::size_t batch_size,
                      std::span<const FeatureOutput> outputs) = 0;
};

}  // namespace vit_embed
