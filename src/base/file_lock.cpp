#include "base/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/error.h"

namespace vit_embed {
namespace {

bool is_still_at(int fd, const std::filesystem::path& path) {
  struct stat ours {
  }, there{};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

std::string holder_of(FileDescriptor& fd) {
  std::array<std::byte, 64> text{};
  const std::size_t length = fd.read_some(text);
  if (length == 0) return "another run";
  return fmt::format("process {}", std::string(reinterpret_cast<const char*>(text.data()), length));
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path) {
  do {
    fd_ = FileDescriptor::open(path, O_RDWR | O_CREAT);
    int result;
    do {
      result = ::flock(fd_.get(), LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
      if (errno != EWOULDBLOCK) throw FatalError(system_error_message("locking", path, errno));
      throw BusyError(fmt::format("'{}' is locked by {}", path.native(), holder_of(fd_)));
    }
  } while (!is_still_at(fd_.get(), path));
  fd_.truncate(0);
  const std::string pid = std::to_string(::getpid());
  fd_.write_all_at(std::as_bytes(std::span(pid)), 0);
}

}  // namespace vit_embed
