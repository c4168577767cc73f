#include "inputs/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/file_descriptor.h"

namespace vit_embed {
namespace {

[[noreturn]] void fail_with_errno() {
  throw InputError(FailureKind::transient, std::generic_category().message(errno));
}

FileIdentity identity_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// open() would take the path up to the NUL byte for the whole.
bool is_cut(const std::filesystem::path& path) {
  return path.native().find('\0') != std::string::npos;
}

void require_regular(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return;
  throw InputError(FailureKind::permanent, S_ISDIR(status.st_mode) ? "is a directory" : "not a regular file");
}

void require_bounded(std::uint64_t size) {
  if (size <= kLargestEncodedImage) return;
  throw InputError(FailureKind::permanent, fmt::format("larger than {} MiB", kLargestEncodedImage >> 20));
}

/// Reads the file as it was when it was opened; one that grows or shrinks meanwhile is no image to be
/// trusted.
void read_unchanged(FileDescriptor& file, const struct stat& opened, std::vector<std::byte>& bytes) {
  bytes.resize(static_cast<std::size_t>(opened.st_size));
  std::size_t got = 0;
  try {
    got = file.read_some(bytes);
  } catch (const FatalError&) {  // a bad sector or a lost server costs this image only
    fail_with_errno();
  }
  struct stat now {};
  if (::fstat(file.get(), &now) != 0) fail_with_errno();
  if (got != bytes.size() || identity_of(now) != identity_of(opened)) {
    throw InputError(FailureKind::transient, "changed while it was read");
  }
}

}  // namespace

FileIdentity FileSource::identify() const {
  struct stat status {};
  return !is_cut(path_) && ::stat(path_.c_str(), &status) == 0 ? identity_of(status) : FileIdentity{};
}

FileIdentity FileSource::read(std::vector<std::byte>& bytes) const {
  if (is_cut(path_)) {
    throw InputError(FailureKind::permanent, "a NUL byte in its name: -0 reads what find -print0 lists");
  }
  // O_NONBLOCK: opening a FIFO that nobody writes to must not hang; it means nothing for a regular file.
  FileDescriptor file = FileDescriptor::try_open(path_, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file && errno == ENXIO) {  // a socket
    throw InputError(FailureKind::permanent, "not a regular file");
  }
  if (!file) fail_with_errno();
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_with_errno();
  require_regular(status);
  require_bounded(static_cast<std::uint64_t>(status.st_size));
  read_unchanged(file, status, bytes);
  return identity_of(status);
}

FileIdentity MemorySource::read(std::vector<std::byte>& bytes) const {
  require_bounded(bytes_->size());
  bytes = *bytes_;
  return identify();
}

}  // namespace vit_embed
