#include <gtest/gtest.h>

#include <cstdio>

#include "encoder/native_instruction_set.h"
#include "native/test_instruction_set.h"

// Runs all tests on VIT_EMBED_TEST_ISA, where the processor has it.

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (vit_embed::test_instruction_set() > vit_embed::supported_instruction_set()) {
    std::puts("[  SKIPPED ] this processor does not have the instruction set");  // as ctest looks for it
    return 0;
  }
  vit_embed::bound_instruction_set(vit_embed::test_instruction_set());
  return RUN_ALL_TESTS();
}
