#include "base/file_descriptor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/error.h"

namespace vit_embed {
namespace {

[[noreturn]] void fail(const char* action, const std::filesystem::path& path) {
  throw FatalError(system_error_message(action, path, errno));
}

/// What the call returns once no signal interrupts it.
template <class Call>
auto uninterrupted(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

}  // namespace

std::string system_error_message(const char* action, const std::filesystem::path& path, int error) {
  return fmt::format("{} '{}': {}", action, path.native(), std::generic_category().message(error));
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileDescriptor FileDescriptor::try_open(const std::filesystem::path& path, int flags) {
  const int fd = uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
  return fd < 0 ? FileDescriptor() : FileDescriptor(fd, path);
}

FileDescriptor FileDescriptor::open(const std::filesystem::path& path, int flags) {
  FileDescriptor file = try_open(path, flags);
  if (!file) fail("opening", path);
  return file;
}

FileDescriptor FileDescriptor::open_without_waiting(const std::filesystem::path& path) {
  FileDescriptor file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  // Only opening is not to wait: a read does.
  if (::fcntl(file.get(), F_SETFL, ::fcntl(file.get(), F_GETFL) & ~O_NONBLOCK) != 0) fail("opening", path);
  return file;
}

void FileDescriptor::write_all(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = uninterrupted([&] { return ::write(fd_, bytes.data(), bytes.size()); });
    if (n < 0) fail("writing", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void FileDescriptor::write_all_at(std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t n =
        uninterrupted([&] { return ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (n < 0) fail("writing", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

std::size_t FileDescriptor::read_some(std::span<std::byte> bytes) {
  std::size_t total = 0;
  while (total < bytes.size()) {
    const std::size_t n = read_once(bytes.subspan(total));
    if (n == 0) break;
    total += n;
  }
  return total;
}

std::size_t FileDescriptor::read_once(std::span<std::byte> bytes) {
  const ssize_t n = uninterrupted([&] { return ::read(fd_, bytes.data(), bytes.size()); });
  if (n < 0) fail("reading", path_);
  return static_cast<std::size_t>(n);
}

void FileDescriptor::truncate(std::uint64_t length) {
  if (uninterrupted([&] { return ::ftruncate(fd_, static_cast<off_t>(length)); }) != 0)
    fail("truncating", path_);
}

void FileDescriptor::seek(std::uint64_t offset) {
  if (::lseek(fd_, static_cast<off_t>(offset), SEEK_SET) < 0) fail("seeking in", path_);
}

std::uint64_t FileDescriptor::size() const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) fail("examining", path_);
  return static_cast<std::uint64_t>(status.st_size);
}

void FileDescriptor::sync() {
  if (uninterrupted([&] { return ::fsync(fd_); }) != 0) fail("syncing", path_);
}

void FileDescriptor::close() {
  const int fd = std::exchange(fd_, -1);
  // On Linux the descriptor is gone even when close() is interrupted, so EINTR is not tried again.
  if (fd >= 0 && ::close(fd) != 0 && errno != EINTR) fail("closing", path_);
}

void sync_directory(const std::filesystem::path& directory) {
  FileDescriptor fd = FileDescriptor::open(directory, O_RDONLY | O_DIRECTORY);
  // Some network file systems cannot sync a directory and say EINVAL; there is nothing to be done about it.
  if (uninterrupted([&] { return ::fsync(fd.get()); }) != 0 && errno != EINVAL) fail("syncing", directory);
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail("renaming to", to);
}

void remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("removing", path);
}

bool is_present(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

std::filesystem::path parent_directory(const std::filesystem::path& file) {
  const std::filesystem::path parent = file.parent_path();
  return parent.empty() ? std::filesystem::path(".") : parent;
}

}  // namespace vit_embed
