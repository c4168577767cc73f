#pragma once

#include "runtime/runtime.h"

namespace vit_embed {

/// What the options say, over ViTImageProcessor's defaults. Throws FatalError naming the processor's file
/// where that cannot be honoured.
Preprocessing settle_preprocessing(const PreprocessingOptions& options);

}  // namespace vit_embed
