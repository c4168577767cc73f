#include "base/file_descriptor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

template <class Action>
std::string fatal_message(Action action) {
  try {
    action();
  } catch (const FatalError& e) {
    return e.what();
  }
  return "no FatalError";
}

TEST(FileDescriptor, FillsTheBufferFromAPipeThatDeliversInPieces) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  FileDescriptor reader(ends[0], "pipe");
  std::jthread feeder([&ends] {
    FileDescriptor writer(ends[1], "pipe");
    for (int i = 0; i < 50; ++i) {
      writer.write_all(bytes_of("abcd"));
      std::this_thread::yield();
    }
  });
  std::string got(150, '\0');
  EXPECT_EQ(reader.read_some(std::as_writable_bytes(std::span(got))), 150u);
  std::string rest(150, '\0');
  EXPECT_EQ(reader.read_some(std::as_writable_bytes(std::span(rest))), 50u);
  got += rest.substr(0, 50);
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], "abcd"[i % 4]);
  EXPECT_EQ(reader.read_some(std::as_writable_bytes(std::span(rest))), 0u);
}

TEST(FileDescriptor, WritesAllToAPipeThatIsReadSlowly) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const std::string sent(std::size_t{1} << 20, 'x');  // more than a pipe holds
  std::string got(sent.size() + 1, '\0');
  std::size_t length = 0;
  {
    std::jthread reader_thread([&] {
      FileDescriptor reader(ends[0], "pipe");
      length = reader.read_some(std::as_writable_bytes(std::span(got)));
    });
    FileDescriptor(ends[1], "pipe").write_all(bytes_of(sent));
  }
  EXPECT_EQ(length, sent.size());
  EXPECT_EQ(got.substr(0, length), sent);
}

TEST(FileDescriptor, WritesAtAnOffsetWithoutMovingItsPosition) {
  const TemporaryDirectory directory;
  FileDescriptor file = FileDescriptor::open(directory / "f", O_RDWR | O_CREAT);
  file.write_all(bytes_of("0123456789"));
  file.write_all_at(bytes_of("ab"), 2);
  file.write_all(bytes_of("!"));
  EXPECT_EQ(file_content(directory / "f"), "01ab456789!");
  file.truncate(4);
  EXPECT_EQ(file.size(), 4u);
  file.seek(1);
  std::string got(10, '\0');
  EXPECT_EQ(file.read_some(std::as_writable_bytes(std::span(got))), 3u);
  EXPECT_EQ(got.substr(0, 3), "1ab");
}

TEST(FileDescriptor, IsNotInheritedByPrograms) {
  const TemporaryDirectory directory;
  const FileDescriptor file = FileDescriptor::open(directory / "f", O_RDWR | O_CREAT);
  EXPECT_NE(::fcntl(file.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(FileDescriptor, MovesItsDescriptorAndClosesTheOldOne) {
  const TemporaryDirectory directory;
  FileDescriptor a = FileDescriptor::open(directory / "a", O_RDWR | O_CREAT);
  const int old = a.get();
  FileDescriptor b = FileDescriptor::open(directory / "b", O_RDWR | O_CREAT);
  const int kept = b.get();
  a = FileDescriptor(std::move(b));
  EXPECT_EQ(a.get(), kept);
  EXPECT_EQ(a.path(), directory / "b");
  EXPECT_EQ(::fcntl(old, F_GETFD), -1);
  a.close();
  EXPECT_FALSE(a);
  EXPECT_EQ(::fcntl(kept, F_GETFD), -1);
}

TEST(FileDescriptor, GivesItsDescriptorAway) {
  const TemporaryDirectory directory;
  int fd = -1;
  {
    FileDescriptor file = FileDescriptor::open(directory / "f", O_RDWR | O_CREAT);
    fd = file.release();
    EXPECT_FALSE(file);
  }
  EXPECT_EQ(::close(fd), 0) << "it was closed with its former owner";
}

TEST(FileDescriptor, ErrorsNameTheActionThePathAndTheReason) {
  const TemporaryDirectory directory;
  const std::string missing = (directory / "missing").native();
  EXPECT_EQ(fatal_message([&] { FileDescriptor::open(missing, O_RDONLY); }),
            "opening '" + missing + "': No such file or directory");
  FileDescriptor folder = FileDescriptor::open(directory.path(), O_RDONLY);
  std::array<std::byte, 4> four{};
  EXPECT_THAT(fatal_message([&] { folder.read_some(four); }),
              AllOf(HasSubstr("reading"), HasSubstr(directory.path().native()), HasSubstr("Is a directory")));
  FileDescriptor full = FileDescriptor::open("/dev/full", O_WRONLY);
  EXPECT_EQ(fatal_message([&] { full.write_all(four); }), "writing '/dev/full': No space left on device");
  EXPECT_EQ(fatal_message([&] { full.write_all_at(four, 0); }),
            "writing '/dev/full': No space left on device");
  EXPECT_THAT(fatal_message([&] { full.truncate(0); }), HasSubstr("truncating '/dev/full'"));
  FileDescriptor closed;
  EXPECT_THAT(fatal_message([&] { closed.sync(); }), HasSubstr("Bad file descriptor"));
  EXPECT_THAT(fatal_message([&] { closed.size(); }), HasSubstr("Bad file descriptor"));
  EXPECT_THAT(fatal_message([&] { rename_file(missing, directory / "x"); }),
              AllOf(HasSubstr("renaming to"), HasSubstr("'" + (directory / "x").native() + "'")));
  EXPECT_THAT(fatal_message([&] { sync_directory(missing); }), HasSubstr(missing));
}

TEST(FileDescriptor, TheParentOfABareNameIsTheWorkingDirectory) {
  EXPECT_EQ(parent_directory("x.npy"), ".");
  EXPECT_EQ(parent_directory("a/x.npy"), "a");
  EXPECT_EQ(parent_directory("/x.npy"), "/");
}

}  // namespace
}  // namespace vit_embed
