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

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

auto signed_by_this_process() {
  return MatchesRegex(std::to_string(::getpid()) + "\n[-0-9]{10}T[:0-9]{8}Z\n");
}

TEST(FileLock, ASecondHolderIsToldWhoHasIt) {
  const TemporaryDirectory directory;
  const FileLock lock(directory / "lock");
  try {
    const FileLock second(directory / "lock");
    FAIL() << "locked twice";
  } catch (const BusyError& e) {
    EXPECT_THAT(e.what(), HasSubstr((directory / "lock").native()));
    EXPECT_THAT(e.what(), MatchesRegex(".* is locked by process " + std::to_string(::getpid()) +
                                       ", started [-0-9]{10} [:0-9]{8} UTC"));
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

std::string error_where_the_holder_signed(std::string_view text) {
  const TemporaryDirectory directory;
  const FileLock lock(directory / "lock");
  write_file(directory / "lock", text);
  try {
    const FileLock second(directory / "lock");
  } catch (const BusyError& e) {
    return e.what();
  }
  return "locked twice";
}

TEST(FileLock, ASecondHolderIsToldSinceWhen) {
  EXPECT_THAT(error_where_the_holder_signed("123\n2026-11-26T01:02:03Z\n"),
              EndsWith("lock' is locked by process 123, started 2026-11-26 01:02:03 UTC"));
}

TEST(FileLock, AHolderThatSignedWithoutItsTimeIsNamedAlone) {
  EXPECT_THAT(error_where_the_holder_signed("123"), EndsWith("locked by process 123"))
      << "an earlier version's";
  EXPECT_THAT(error_where_the_holder_signed("123\n2026-11-2"), EndsWith("locked by process 123"))
      << "it is not all there yet";
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
  EXPECT_THAT(file_content(directory / "lock"), signed_by_this_process());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FileLock, CreatesAnewAFileThatWasRemovedUnderItsHolder) {
  const TemporaryDirectory directory;
  const FileLock old(directory / "lock");
  std::filesystem::remove(directory / "lock");
  const FileLock fresh(directory / "lock");
  EXPECT_THAT(file_content(directory / "lock"), signed_by_this_process());
  EXPECT_THROW(FileLock(directory / "lock"), BusyError);
}

TEST(FileLock, ReplacesALongerNumberOfAnEarlierHolder) {
  const TemporaryDirectory directory;
  write_file(directory / "lock", "12345678901234567890");
  const FileLock lock(directory / "lock");
  EXPECT_THAT(file_content(directory / "lock"), signed_by_this_process());
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
