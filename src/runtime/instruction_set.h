#pragma once

#include <string>

namespace vit_embed {

/// The widest of the instruction sets that make a difference to the numbers, as this processor and system
/// have it: "avx512-bf16", "avx512-vnni", "avx512", "avx2" or "baseline".
std::string instruction_set();

/// What OPENBLAS_CORETYPE should say for this processor: "SkylakeX", "Haswell", or "" where OpenBLAS's own
/// choice is as good.
std::string openblas_core();

/// How many processors this process may run on.
int available_processors();

}  // namespace vit_embed
