#include "inputs/regular_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace vit_embed {
namespace {

FileIdentity identity_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

/// open() would take the path up to the NUL byte for the whole.
bool is_cut(const std::filesystem::path& path) {
  return path.native().find('\0') != std::string::npos;
}

}  // namespace

void fail_with_errno() {
  throw InputError(FailureKind::transient, std::generic_category().message(errno));
}

FileDescriptor open_regular_file(const std::filesystem::path& path) {
  if (is_cut(path)) {
    throw InputError(FailureKind::permanent, "a NUL byte in its name: -0 reads what find -print0 lists");
  }
  // O_NONBLOCK: opening a FIFO that nobody writes to must not hang; it means nothing for a regular file.
  FileDescriptor file = FileDescriptor::try_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!file && errno == ENXIO) {  // a socket
    throw InputError(FailureKind::permanent, "not a regular file");
  }
  if (!file) fail_with_errno();
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_with_errno();
  if (!S_ISREG(status.st_mode)) {
    throw InputError(FailureKind::permanent,
                     S_ISDIR(status.st_mode) ? "is a directory" : "not a regular file");
  }
  return file;
}

FileIdentity identity_of_file(const FileDescriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail_with_errno();
  return identity_of(status);
}

FileIdentity identity_of_path(const std::filesystem::path& path) {
  struct stat status {};
  return !is_cut(path) && ::stat(path.c_str(), &status) == 0 ? identity_of(status) : FileIdentity{};
}

}  // namespace vit_embed
