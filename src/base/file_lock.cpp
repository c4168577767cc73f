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
#include <thread>

#include "base/error.h"

namespace vit_embed {
namespace {

LockHolder read_holder(FileDescriptor& fd) {
  std::array<char, 64> buffer{};
  const std::string_view text(buffer.data(), fd.read_some(std::as_writable_bytes(std::span(buffer))));
  const std::size_t pid_end = std::min(text.find('\n'), text.size());
  std::string_view time = text.substr(std::min(pid_end + 1, text.size()));
  if (!time.ends_with("Z\n")) time = "\n";
  time.remove_suffix(1);
  return {std::string(text.substr(0, pid_end)), std::string(time)};
}

/// Without waiting; false where another open file has a lock that this one would break.
bool try_lock(const FileDescriptor& file, int kind) {
  while (::flock(file.get(), kind | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw FatalError(system_error_message("locking", file.path(), errno));
  }
  return true;
}

/// Who only asks for the holder has the lock for an instant.
bool try_lock_for_a_moment(const FileDescriptor& file) {
  constexpr int kTries = 10;
  for (int i = 1; !try_lock(file, LOCK_EX); ++i) {
    if (i == kTries) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
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
  return try_lock(file, LOCK_EX);
}

std::string to_string(const LockHolder& holder) {
  if (holder.process.empty()) return "another run";
  if (holder.since.empty()) return fmt::format("process {}", holder.process);
  const std::size_t date_end = std::min(holder.since.find('T'), holder.since.size() - 1);
  return fmt::format("process {}, started {} {} UTC", holder.process, holder.since.substr(0, date_end),
                     holder.since.substr(date_end + 1, holder.since.size() - date_end - 2));
}

std::optional<LockHolder> find_lock_holder(const std::filesystem::path& path) {
  FileDescriptor file = FileDescriptor::try_open(path, O_RDONLY);
  if (!file) return std::nullopt;
  if (try_lock(file, LOCK_SH)) return std::nullopt;
  return read_holder(file);
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
    if (!try_lock_for_a_moment(fd_))
      throw BusyError(fmt::format("'{}' is locked by {}", path.native(), to_string(read_holder(fd_))));
  } while (!is_still_at(fd_, path));
  tell_holder(fd_);
}

}  // namespace vit_embed
