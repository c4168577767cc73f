#pragma once

#include <string>

#include "formats/instruction_set.h"

namespace vit_embed {

/// The widest that this processor and system have.
InstructionSet supported_instruction_set();

/// What OPENBLAS_CORETYPE should say for this processor: "SkylakeX", "Haswell", or "" where OpenBLAS's own
/// choice is as good.
std::string openblas_core();

}  // namespace vit_embed
