#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace vit_embed {

/// A whole file, mapped read-only. Should the file shrink while it is mapped, reading it raises SIGBUS.
class MappedFile {
 public:
  /// Throws FatalError where it cannot be opened or is no regular file.
  explicit MappedFile(std::filesystem::path path);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
};

}  // namespace vit_embed
