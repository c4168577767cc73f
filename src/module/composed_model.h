#pragma once

#include <memory>

#include "base/log.h"
#include "encoder/encoder.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// An encoder, and the preprocessing that its description has.
std::unique_ptr<Model> compose_model(std::unique_ptr<Encoder> encoder, const LogSink& log);

}  // namespace vit_embed
