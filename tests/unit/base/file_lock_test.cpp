#include "base/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;

TEST(FileLock, ASecondHolderIsToldWhoHasIt) {
  const TemporaryDirectory directory;
  const FileLock lock(directory / "lock");
  try {
    const FileLock second(directory / "lock");
    FAIL() << "locked twice";
  } catch (const BusyError& e) {
    EXPECT_THAT(e.what(), HasSubstr((directory / "lock").native()));
    EXPECT_THAT(e.what(), HasSubstr("process " + std::to_string(::getpid())));
  }
}

TEST(FileLock, ASecondHolderSaysSoWhereTheFirstHasNotSignedYet) {
  const TemporaryDirectory directory;
  const FileLock lock(directory / "lock");
  std::filesystem::resize_file(directory / "lock", 0);
  try {
    const FileLock second(directory / "lock");
    FAIL() << "locked twice";
  } catch (const BusyError& e) {
    EXPECT_THAT(e.what(), HasSubstr("locked by another run"));
  }
}

TEST(FileLock, IsReleasedOnDestruction) {
  const TemporaryDirectory directory;
  { const FileLock lock(directory / "lock"); }
  EXPECT_NO_THROW(FileLock(directory / "lock"));
}

TEST(FileLock, MovesWithoutBeingReleased) {
  const TemporaryDirectory directory;
  std::optional<FileLock> kept;
  kept = FileLock(directory / "lock");
  EXPECT_THROW(FileLock(directory / "lock"), BusyError);
  kept.reset();
  EXPECT_NO_THROW(FileLock(directory / "lock"));
}

TEST(FileLock, IsReleasedWhenItsHolderIsKilled) {
  const TemporaryDirectory directory;
  std::array<int, 2> ready{};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FileLock lock(directory / "lock");
    [[maybe_unused]] const auto written = ::write(ready[1], "x", 1);
    while (true) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THROW(FileLock(directory / "lock"), BusyError);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_NO_THROW(FileLock(directory / "lock"));
  EXPECT_EQ(file_content(directory / "lock"), std::to_string(::getpid()));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FileLock, CreatesAnewAFileThatWasRemovedUnderItsHolder) {
  const TemporaryDirectory directory;
  const FileLock old(directory / "lock");
  std::filesystem::remove(directory / "lock");
  const FileLock fresh(directory / "lock");
  EXPECT_EQ(file_content(directory / "lock"), std::to_string(::getpid()));
  EXPECT_THROW(FileLock(directory / "lock"), BusyError);
}

TEST(FileLock, ReplacesALongerNumberOfAnEarlierHolder) {
  const TemporaryDirectory directory;
  write_file(directory / "lock", "12345678901234567890");
  const FileLock lock(directory / "lock");
  EXPECT_EQ(file_content(directory / "lock"), std::to_string(::getpid()));
}

TEST(FileLock, NamesThePathWhenTheDirectoryIsMissing) {
  const TemporaryDirectory directory;
  try {
    const FileLock lock(directory / "missing" / "lock");
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), HasSubstr((directory / "missing" / "lock").native()));
  }
}

}  // namespace
}  // namespace vit_embed
