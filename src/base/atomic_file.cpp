#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "base/error.h"

namespace vit_embed {
namespace {

/// mkostemp() creates with mode 0600; a published file has the mode that any other new file would have.
mode_t default_file_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  std::string name = (parent_directory(path_) / ("." + path_.filename().native() + ".XXXXXX")).native();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) throw FatalError(system_error_message("creating", path_, errno));
  temporary_path_ = name;
  fd_ = FileDescriptor(fd, temporary_path_);
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
  fd_.close();
  rename_file(temporary_path_, path_);
  temporary_path_.clear();
  sync_directory(parent_directory(path_));
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace vit_embed
