#include "encoder/loaded_blas.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(LoadedBlas, HasANameAndAVersion) {
  const auto blas = find_loaded_blas();
  if (!blas) GTEST_SKIP() << "LibTorch brings its own";
  EXPECT_FALSE(blas->name.empty());
  EXPECT_FALSE(blas->version.empty());
}

TEST(LoadedBlas, ThatDoesNotKnowTheProcessorIsWarnedOf) {
  EXPECT_TRUE(is_older_core("Prescott"));
  EXPECT_TRUE(is_older_core("Nehalem"));
  EXPECT_FALSE(is_older_core("Haswell"));
  EXPECT_FALSE(is_older_core("SkylakeX"));
  EXPECT_FALSE(is_older_core("Zen"));
}

}  // namespace
}  // namespace vit_embed
