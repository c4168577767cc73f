#include "base/scratch_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

class ScratchDirectoryTest : public ::testing::Test {
 protected:
  ScratchDirectoryTest() { set_tmpdir(directory_.path()); }
  ~ScratchDirectoryTest() override { ::unsetenv("TMPDIR"); }

  static void set_tmpdir(const std::filesystem::path& path) { ::setenv("TMPDIR", path.c_str(), 1); }

  TemporaryDirectory directory_;
};

TEST_F(ScratchDirectoryTest, StandsBelowTmpdirAndGoesWithAllThatIsInIt) {
  {
    const ScratchDirectory scratch;
    const ScratchDirectory another;
    EXPECT_EQ(scratch.path().parent_path(), directory_.path());
    EXPECT_NE(scratch.path(), another.path());
    write_file(scratch / "a" / "b", "text");
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(ScratchDirectoryTest, ATmpdirThatIsNotThereIsAnError) {
  set_tmpdir(directory_ / "missing");
  EXPECT_ANY_THROW(ScratchDirectory());
}

}  // namespace
}  // namespace vit_embed
