#include "cli/flags_from_config.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(FlagsFromConfig, SaysWhereTheFlagsOfAMessageStand) {
  const FlagsFromConfig from{.file = "x.toml", .lines = {{"--max-failures", 3}, {"--max", 4}, {"-k", 5}}};
  EXPECT_EQ(from.where("--max-failures 'x': N or P%"), " (--max-failures is from 'x.toml', line 3)");
  EXPECT_EQ(from.where("neither -k nor --max"),
            " (--max is from 'x.toml', line 4; -k is from 'x.toml', line 5)");
  EXPECT_EQ(from.where("--maximum"), "");
  EXPECT_EQ(FlagsFromConfig().where("--max"), "");
}

}  // namespace
}  // namespace vit_embed
