#include "inputs/recent_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "support/drained.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;

class Letters : public InputStream {
 public:
  std::optional<Input> next() override {
    if (next_ > 'f') return std::nullopt;
    return Input{std::string(1, next_++), std::make_unique<FailedSource>("")};
  }

 private:
  char next_ = 'a';
};

TEST(RecentInputs, WhatWasLookedAtCanBePutBack) {
  Letters letters;
  RecentInputs inputs(letters, 3);
  EXPECT_EQ(inputs.look()->name, "a");
  EXPECT_EQ(inputs.look()->name, "b");
  inputs.go_back_to(0);
  for (const char* name : {"a", "b", "c", "d"}) EXPECT_EQ(inputs.look()->name, name);
  EXPECT_EQ(inputs.num_looked_at(), 4u);
  inputs.go_back_to(2);
  EXPECT_THAT(names_of(inputs), ElementsAre("c", "d", "e", "f"));
}

TEST(RecentInputs, TheEndIsNothingToLookAt) {
  Letters letters;
  RecentInputs inputs(letters, 6);
  while (inputs.look() != nullptr) {
  }
  EXPECT_EQ(inputs.num_looked_at(), 6u);
  inputs.go_back_to(5);
  EXPECT_THAT(names_of(inputs), ElementsAre("f"));
}

TEST(RecentInputs, RemembersNoMoreThanItWasTold) {
  Letters letters;
  RecentInputs inputs(letters, 2);
  for (int i = 0; i < 3; ++i) inputs.look();
  EXPECT_THROW(inputs.go_back_to(0), std::logic_error);
}

}  // namespace
}  // namespace vit_embed
