#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "encoder/encoder.h"

namespace vit_embed {

/// The engine that runs the model file's own graph in LibTorch. Blocks for the time of reading and checking
/// the weights. Throws FatalError naming the file, or the device where it is none of ours.
std::unique_ptr<Encoder> load_torchscript_encoder(const std::filesystem::path& model_file,
                                                  const EncoderOptions& options);

/// Of the LibTorch that was built against; it does not tell the version that is loaded.
std::string libtorch_version();

}  // namespace vit_embed
