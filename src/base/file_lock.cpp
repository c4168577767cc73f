#include "base/file_lock.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace vit_embed {
namespace {

/// As it signed; without the time where it did not, or not yet.
std::string holder_of(FileDescriptor& fd) {
  std::array<char, 64> buffer{};
  const std::string_view text(buffer.data(), fd.read_some(std::as_writable_bytes(std::span(buffer))));
  if (text.empty()) return "another run";
  const std::size_t pid_end = std::min(text.find('\n'), text.size());
  const std::string_view pid = text.substr(0, pid_end);
  std::string_view time = text.substr(std::min(pid_end + 1, text.size()));
  if (!time.ends_with("Z\n")) return fmt::format("process {}", pid);
  time.remove_suffix(2);
  const std::size_t date_end = std::min(time.find('T'), time.size());
  return fmt::format("process {}, started {} {} UTC", pid, time.substr(0, date_end),
                     time.substr(std::min(date_end + 1, time.size())));
}

/// For the message of who comes next. The lock holds without it, so that a full disk is no reason to fail
/// here.
void tell_holder(FileDescriptor& fd) {
  try {
    fd.truncate(0);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string text = fmt::format("{}\n{:%FT%TZ}\n", ::getpid(), now);
    fd.write_all_at(std::as_bytes(std::span(text)), 0);
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
