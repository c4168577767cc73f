#pragma once

#include <cstdlib>

#include "runtime/instruction_set.h"

namespace vit_embed {

/// What these tests run on: VIT_EMBED_TEST_ISA, else all that there is.
inline InstructionSet test_instruction_set() {
  const char* name = std::getenv("VIT_EMBED_TEST_ISA");
  return name == nullptr ? supported_instruction_set() : instruction_set_from_string(name).value();
}

}  // namespace vit_embed
