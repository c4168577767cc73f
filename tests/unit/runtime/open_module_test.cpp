#include "runtime/open_module.h"

#include <gtest/gtest.h>

#include <csignal>

#include "base/error.h"

namespace vit_embed {
namespace {

void ours(int /*signal*/) {}

TEST(OpenModule, GivesWhatAModuleExports) {
  const auto answer = reinterpret_cast<int (*)()>(open_module(TAKES_FAULT_SIGNALS, "answer"));
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(answer(), 42);
  EXPECT_EQ(open_module(TAKES_FAULT_SIGNALS, "nothing"), nullptr);
}

TEST(OpenModule, AModuleCannotTakeTheSignalsOfFaults) {
  const auto before = std::signal(SIGBUS, ours);
  open_module(TAKES_FAULT_SIGNALS, "answer");
  EXPECT_EQ(std::signal(SIGBUS, before), &ours);
}

TEST(OpenModule, AModuleThatIsMissingIsFatal) {
  EXPECT_THROW(open_module("/no/module.so", "answer"), FatalError);
}

}  // namespace
}  // namespace vit_embed
