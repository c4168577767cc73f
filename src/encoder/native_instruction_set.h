#pragma once

#include "formats/instruction_set.h"

namespace vit_embed {

/// Bounds what oneDNN's products and Highway's kernels use, in the whole process. oneDNN takes a bound once,
/// before its first product: later calls may not name less. Throws FatalError where they do.
void bound_instruction_set(InstructionSet isa);

}  // namespace vit_embed
