#include "inputs/byte_source.h"

#include <fmt/format.h>

#include "base/file_descriptor.h"
#include "inputs/regular_file.h"

namespace vit_embed {
namespace {

void require_bounded(std::uint64_t size) {
  if (size > kLargestEncodedImage) throw InputError(FailureKind::permanent, too_large_reason());
}

/// Reads the file as it was when it was opened; one that grows or shrinks meanwhile is no image to be
/// trusted.
void read_unchanged(FileDescriptor& file, const FileIdentity& opened, std::vector<std::byte>& bytes) {
  bytes.resize(static_cast<std::size_t>(opened.size));
  std::size_t got = 0;
  try {
    got = file.read_some(bytes);
  } catch (const FatalError&) {  // a bad sector or a lost server costs this image only
    fail_with_errno();
  }
  if (got != bytes.size() || identity_of_file(file) != opened) {
    throw InputError(FailureKind::transient, "changed while it was read");
  }
}

}  // namespace

std::string too_large_reason() {
  return fmt::format("larger than {} MiB", kLargestEncodedImage >> 20);
}

FileIdentity FileSource::identify() const {
  return identity_of_path(path_);
}

FileIdentity FileSource::read(std::vector<std::byte>& bytes) const {
  FileDescriptor file = open_regular_file(path_);
  const FileIdentity identity = identity_of_file(file);
  require_bounded(identity.size);
  read_unchanged(file, identity, bytes);
  return identity;
}

FileIdentity MemorySource::read(std::vector<std::byte>& bytes) const {
  require_bounded(bytes_->size());
  bytes = *bytes_;
  return identify();
}

}  // namespace vit_embed
