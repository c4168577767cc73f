#pragma once

#include <optional>
#include <string_view>

#include "encoder/torch_backend.h"

namespace vit_embed {

/// Of this process. Nothing where LibTorch brings its own (MKL).
std::optional<LoadedBlas> find_loaded_blas();

/// Whether OpenBLAS's kernels for `core` know no AVX2. It takes such a core's (Prescott's) for a processor
/// newer than itself: 0.3.21 does for Intel's Emerald Rapids.
bool is_older_core(std::string_view core);

}  // namespace vit_embed
