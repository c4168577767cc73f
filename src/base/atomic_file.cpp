#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file_lock.h"

namespace vit_embed {
namespace {

/// A published file has the mode that any other new file would have.
mode_t default_file_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

/// A plain file of ours that has no other name: what is neither may have been put there to be overwritten.
bool is_ours_alone(const FileDescriptor& file) {
  struct stat status {};
  return ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1 &&
         status.st_uid == ::geteuid();
}

/// The one name for all who write a file, so that what a killed process left there is found. The lock tells
/// that from what is being written. Nothing where it cannot be had.
std::optional<FileDescriptor> open_shared_name(const std::filesystem::path& name) {
  FileDescriptor file;
  try {
    do {
      file = FileDescriptor::open(name, O_RDWR | O_CREAT | O_NOFOLLOW);
      if (!is_ours_alone(file) || !try_lock(file)) return std::nullopt;
    } while (!is_still_at(file, name));
    file.truncate(0);
    return file;
  } catch (const FatalError&) {  // a file system without locks, for one
    if (file && is_ours_alone(file)) ::unlink(name.c_str());
    return std::nullopt;
  }
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  const std::filesystem::path hidden = parent_directory(path_) / ("." + path_.filename().native());
  temporary_path_ = hidden.native() + ".unfinished";
  if (std::optional<FileDescriptor> shared = open_shared_name(temporary_path_)) {
    fd_ = std::move(*shared);
    return;
  }
  std::string name = hidden.native() + ".XXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) throw FatalError(system_error_message("creating", path_, errno));
  temporary_path_ = name;
  fd_ = FileDescriptor(fd, path_);
}

AtomicFile::~AtomicFile() {
  if (!temporary_path_.empty()) ::unlink(temporary_path_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  fd_.write_all(std::as_bytes(std::span(bytes)));
}

void AtomicFile::commit() {
  if (::fchmod(fd_.get(), default_file_mode()) != 0) {
    throw FatalError(system_error_message("setting the mode of", path_, errno));
  }
  fd_.sync();
  lock_ = FileDescriptor(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0), path_);
  fd_.close();
  rename_file(temporary_path_, path_);
  temporary_path_.clear();
  lock_ = {};
  sync_directory(parent_directory(path_));
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace vit_embed
