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

std::string holder_of(FileDescriptor& fd) {
  std::array<std::byte, 64> text{};
  const std::size_t length = fd.read_some(text);
  if (length == 0) return "another run";
  return fmt::format("process {}", std::string(reinterpret_cast<const char*>(text.data()), length));
}

/// For the message of who comes next. The lock holds without it, so that a full disk is no reason to fail
/// here.
void tell_holder(FileDescriptor& fd) {
  try {
    fd.truncate(0);
    const std::string pid = std::to_string(::getpid());
    fd.write_all_at(std::as_bytes(std::span(pid)), 0);
  } catch (const FatalError&) {
  }
}

}  // namespace

bool try_lock(const FileDescriptor& file) {
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw FatalError(system_error_message("locking", file.path(), errno));
  }
  return true;
}

bool is_still_at(const FileDescriptor& file, const std::filesystem::path& path) {
  struct stat opened {
  }, there{};
  return ::fstat(file.get(), &opened) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

FileLock::FileLock(const std::filesystem::path& path) {
  do {
    fd_ = FileDescriptor::open(path, O_RDWR | O_CREAT);
    if (!try_lock(fd_)) throw BusyError(fmt::format("'{}' is locked by {}", path.native(), holder_of(fd_)));
  } while (!is_still_at(fd_, path));
  tell_holder(fd_);
}

}  // namespace vit_embed
