#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vit_embed {

/// The BLAS that LibTorch's products run on: whatever libblas.so.3 the system has.
struct LoadedBlas {
  std::string name;     ///< "OpenBLAS", or the file's name for one that we do not know
  std::string version;  ///< "0.3.21, openmp, SkylakeX"; the file for one that does not say
  std::string warning;  ///< what makes it slow, and what to install; empty where nothing does
};

/// Of this process. Nothing where LibTorch brings its own (MKL).
std::optional<LoadedBlas> find_loaded_blas();

/// Whether OpenBLAS's kernels for `core` know no AVX2. It takes such a core's (Prescott's) for a processor
/// newer than itself: 0.3.21 does for Intel's Emerald Rapids.
bool is_older_core(std::string_view core);

}  // namespace vit_embed
