#include "base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

TEST(AtomicFile, AppearsWholeAtCommitAndNotBefore) {
  const TemporaryDirectory directory;
  AtomicFile file(directory / "out");
  file.write("one ");
  file.write("two");
  EXPECT_FALSE(fs::exists(directory / "out"));
  file.commit();
  EXPECT_EQ(file_content(directory / "out"), "one two");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
}

TEST(AtomicFile, LeavesNothingWhenNotCommitted) {
  const TemporaryDirectory directory;
  { AtomicFile(directory / "out").write("half"); }
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(AtomicFile, KeepsTheOldFileWhenNotCommitted) {
  const TemporaryDirectory directory;
  write_file(directory / "out", "old");
  { AtomicFile(directory / "out").write("new"); }
  EXPECT_EQ(file_content(directory / "out"), "old");
}

TEST(AtomicFile, ReplacesTheOldFile) {
  const TemporaryDirectory directory;
  write_file(directory / "out", "old and longer");
  write_file_atomically(directory / "out", "new");
  EXPECT_EQ(file_content(directory / "out"), "new");
}

TEST(AtomicFile, ReplacesWhatAKilledProcessLeft) {
  const TemporaryDirectory directory;
  const pid_t killed = ::fork();
  if (killed == 0) {
    AtomicFile file(directory / "out");
    file.write("half of something long");
    ::raise(SIGKILL);
  }
  ASSERT_EQ(::waitpid(killed, nullptr, 0), killed);
  ASSERT_FALSE(fs::is_empty(directory.path())) << "it left nothing";
  write_file_atomically(directory / "out", "whole");
  EXPECT_EQ(file_content(directory / "out"), "whole");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
}

TEST(AtomicFile, TwoThatWriteOneFileDoNotMix) {
  const TemporaryDirectory directory;
  {
    AtomicFile first(directory / "out");
    AtomicFile second(directory / "out");
    AtomicFile third(directory / "out");
    first.write("first");
    second.write("second");
    third.write("third");
    second.commit();
    EXPECT_EQ(file_content(directory / "out"), "second");
    first.commit();
    EXPECT_EQ(file_content(directory / "out"), "first");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
}

TEST(AtomicFile, OverwritesNothingThatWasPutInTheWayOfItsTemporaryFile) {
  const TemporaryDirectory directory;
  write_file(directory / "precious", "kept");
  const fs::path temporary = directory / ".out.unfinished";
  for (const bool symbolic : {true, false}) {
    if (symbolic) fs::create_symlink(directory / "precious", temporary);
    if (!symbolic) fs::create_hard_link(directory / "precious", temporary);
    write_file_atomically(directory / "out", "x");
    EXPECT_EQ(file_content(directory / "out"), "x");
    EXPECT_EQ(file_content(directory / "precious"), "kept");
    fs::remove(temporary);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 2);
}

TEST(AtomicFile, HasTheModeThatTheUmaskAllows) {
  const TemporaryDirectory directory;
  for (const mode_t mask : {0022, 0077, 0002}) {
    const mode_t before = ::umask(mask);
    write_file_atomically(directory / "out", "x");
    const mode_t during = ::umask(before);
    struct stat status {};
    ASSERT_EQ(::stat((directory / "out").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777u, 0666u & ~mask);
    EXPECT_EQ(during, mask) << "the umask of the process was changed";
  }
}

TEST(AtomicFile, NamesThePathWhenTheDirectoryIsMissing) {
  const TemporaryDirectory directory;
  const fs::path path = directory / "missing" / "out";
  try {
    AtomicFile file(path);
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("'" + path.native() + "'"));
    EXPECT_THAT(e.what(), HasSubstr("No such file or directory"));
  }
}

TEST(AtomicFile, RemovesItsTemporaryFileWhenTheRenameFails) {
  const TemporaryDirectory directory;
  fs::create_directories(directory / "out" / "in the way");
  {
    AtomicFile file(directory / "out");
    file.write("x");
    EXPECT_THROW(file.commit(), FatalError);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), {}), 1);
}

TEST(AtomicFile, TakesABareNameInTheWorkingDirectory) {
  const TemporaryDirectory directory;
  const fs::path before = fs::current_path();
  fs::current_path(directory.path());
  write_file_atomically("bare", "x");
  fs::current_path(before);
  EXPECT_EQ(file_content(directory / "bare"), "x");
}

}  // namespace
}  // namespace vit_embed
