#include "inputs/byte_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/drained.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kMtime = 1'700'000'000'123'456'789;

void set_mtime(const std::filesystem::path& path, std::int64_t nanoseconds) {
  const timespec time{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  const timespec both[2]{time, time};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), both, 0), 0);
}

TEST(FileSource, ReadsTheWholeFileAndTellsItsIdentity) {
  const TemporaryDirectory directory;
  const std::string content(300'000, 'j');
  write_file(directory / "a.jpg", content);
  set_mtime(directory / "a.jpg", kMtime);
  const FileSource source(directory / "a.jpg");
  std::vector<std::byte> bytes(5'000'000);
  EXPECT_EQ(source.read(bytes), (FileIdentity{300'000, kMtime}));
  EXPECT_EQ(source.identify(), (FileIdentity{300'000, kMtime}));
  EXPECT_EQ(bytes.size(), 300'000u);
  EXPECT_EQ(text_of(source), content);
}

TEST(FileSource, ReadsAnEmptyFile) {
  const TemporaryDirectory directory;
  write_file(directory / "a.jpg", "");
  EXPECT_EQ(text_of(FileSource(directory / "a.jpg")), "");
}

TEST(FileSource, AMissingFileFailsInPassing) {
  const TemporaryDirectory directory;
  const FileSource source(directory / "missing.jpg");
  EXPECT_EQ(failure_of(source), "transient: No such file or directory");
  EXPECT_EQ(source.identify(), FileIdentity{});
}

TEST(FileSource, ABrokenSymlinkFailsInPassing) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("nowhere", directory / "link.jpg");
  EXPECT_EQ(failure_of(FileSource(directory / "link.jpg")), "transient: No such file or directory");
}

TEST(FileSource, ADirectoryFailsForGood) {
  const TemporaryDirectory directory;
  EXPECT_EQ(failure_of(FileSource(directory.path())), "permanent: is a directory");
}

TEST(FileSource, NeverWaitsForAFifo) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "fifo.jpg").c_str(), 0666), 0);
  EXPECT_EQ(failure_of(FileSource(directory / "fifo.jpg")), "permanent: not a regular file");
}

TEST(FileSource, ASocketOrADeviceFailsForGood) {
  const TemporaryDirectory directory;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (directory / "s.jpg").native();
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(failure_of(FileSource(path)), "permanent: not a regular file");
  ::close(fd);
  EXPECT_EQ(failure_of(FileSource("/dev/zero")), "permanent: not a regular file");
}

TEST(FileSource, RefusesANameThatANulByteWouldCut) {
  const TemporaryDirectory directory;
  write_file(directory / "a.jpg", "a");
  const std::string name = (directory / "a.jpg").native() + std::string("\0b.jpg\0", 7);
  EXPECT_EQ(failure_of(FileSource(name)),
            "permanent: a NUL byte in its name: -0 reads what find -print0 lists");
  EXPECT_EQ(FileSource(name).identify(), FileIdentity{});
}

TEST(FileSource, RefusesWhatIsTooLargeWithoutReadingIt) {
  const TemporaryDirectory directory;
  write_file(directory / "a.tif", "");
  std::filesystem::resize_file(directory / "a.tif", kLargestEncodedImage + 1);  // sparse
  EXPECT_EQ(failure_of(FileSource(directory / "a.tif")), "permanent: larger than 1024 MiB");
}

/// /proc's files are regular and of size 0 but have content: what was opened is not what is read.
TEST(FileSource, TakesAFileForAsLongAsItWasWhenItWasOpened) {
  EXPECT_EQ(text_of(FileSource("/proc/self/status")), "");
}

TEST(MemorySource, GivesItsBytes) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(3, std::byte{'m'});
  const MemorySource source(bytes);
  EXPECT_EQ(text_of(source), "mmm");
  EXPECT_EQ(source.identify(), (FileIdentity{3, 0}));
  std::vector<std::byte> read;
  EXPECT_EQ(source.read(read), source.identify());
}

TEST(FailedSource, FailsInPassingWithItsReason) {
  EXPECT_EQ(failure_of(FailedSource("cannot list")), "transient: cannot list");
  EXPECT_EQ(FailedSource("x").identify(), FileIdentity{});
}

}  // namespace
}  // namespace vit_embed
