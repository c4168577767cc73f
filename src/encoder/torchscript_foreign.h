#pragma once

#include <filesystem>
#include <memory>

#include "base/log.h"
#include "encoder/encoder.h"
#include "encoder/foreign_model.h"
#include "encoder/torchscript_encoder.h"

namespace vit_embed {

/// The engine, and what another has to know, for TorchScript of another origin than `vit-embed export`, which
/// takes pixel_values [N, 3, H, W] of `preprocessing`'s size and returns a last_hidden_state, with or without
/// a pooler_output (see recognize_output()). It is run three times on made-up images to see what it returns,
/// and that an image's result does not depend on the batch; what was recognised goes to `log` in a line. This
/// runs the file's code. Blocks for the time of that, of loading and of hashing the file. Throws FatalError
/// naming the file, and the remedy where there is one.
ForeignModel load_foreign_model(const std::filesystem::path& model_file, const Preprocessing& preprocessing,
                                const EncoderOptions& options, const LogSink& log);

}  // namespace vit_embed
