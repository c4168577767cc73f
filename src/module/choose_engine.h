#pragma once

#include <filesystem>
#include <memory>

#include "base/log.h"
#include "encoder/encoder.h"
#include "formats/model_metadata.h"
#include "module/torch_module.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// Loads TorchScript of another origin, whose code is run, into the engine that was chosen: see EngineChoice.
/// Where the native one does not fit, `log` is told why, once. Throws FatalError naming the file, also where
/// the native engine was asked for or is needed for the precision and does not fit.
std::unique_ptr<Encoder> load_foreign_encoder(const std::filesystem::path& model_file,
                                              const Preprocessing& preprocessing, EngineChoice choice,
                                              const EncoderOptions& options, TorchModule& torch,
                                              const LogSink& log);

}  // namespace vit_embed
