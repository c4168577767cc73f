#include "base/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace vit_embed {

MappedFile::MappedFile(std::filesystem::path path) : path_(std::move(path)) {
  const FileDescriptor fd = FileDescriptor::open(path_, O_RDONLY);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw FatalError(system_error_message("reading", path_, errno));
  if (!S_ISREG(status.st_mode)) throw FatalError(fmt::format("'{}' is not a file", path_.native()));
  if (status.st_size == 0) return;  // mmap() refuses an empty one

  const auto size = static_cast<std::size_t>(status.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) throw FatalError(system_error_message("mapping", path_, errno));
  bytes_ = {static_cast<const std::byte*>(address), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace vit_embed
