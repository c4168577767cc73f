#include "base/scratch_directory.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iterator>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

class ScratchDirectoryTest : public ::testing::Test {
 protected:
  ScratchDirectoryTest() { set_tmpdir(directory_.path()); }
  ~ScratchDirectoryTest() override { ::unsetenv("TMPDIR"); }

  static void set_tmpdir(const std::filesystem::path& path) { ::setenv("TMPDIR", path.c_str(), 1); }

  /// What a process leaves that is killed while it has one.
  static void leave_one() {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const ScratchDirectory scratch;
      write_file(scratch / "a" / "b", "text");
      ::_exit(0);
    }
    ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  }

  std::ptrdiff_t count_entries() const {
    return std::distance(std::filesystem::directory_iterator(directory_.path()), {});
  }

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

TEST_F(ScratchDirectoryTest, GoesWithWhatKilledProcessesLeft) {
  leave_one();
  EXPECT_EQ(count_entries(), 1);
  leave_one();
  EXPECT_EQ(count_entries(), 1);
  { const ScratchDirectory scratch; }
  EXPECT_EQ(count_entries(), 0);
}

TEST_F(ScratchDirectoryTest, LeavesWhatIsInUseAndWhatItHasNotMade) {
  const ScratchDirectory in_use;
  write_file(in_use / "file", "text");
  write_file(directory_ / "vit-embed.abcdef" / "file", "text");
  std::filesystem::create_directory_symlink(in_use.path(), directory_ / "vit-embed.ghijkl");
  { const ScratchDirectory another; }
  EXPECT_TRUE(std::filesystem::exists(in_use / "file"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "vit-embed.abcdef" / "file"));
  EXPECT_TRUE(std::filesystem::is_symlink(directory_ / "vit-embed.ghijkl"));
}

TEST_F(ScratchDirectoryTest, ATmpdirThatIsNotThereIsAnError) {
  set_tmpdir(directory_ / "missing");
  EXPECT_ANY_THROW(ScratchDirectory());
}

}  // namespace
}  // namespace vit_embed
