#pragma once

#include <filesystem>
#include <string_view>

#include "base/file_descriptor.h"

namespace vit_embed {

/// A file that appears under its final name whole, or not at all: written under a temporary name in the same
/// directory, then synced and renamed by commit(). The destructor removes what was not committed; it never
/// commits. What a process that was killed left is replaced by the next that writes the same file.
class AtomicFile {
 public:
  /// Creates the temporary file. Throws FatalError where the directory is missing or not writable.
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view bytes);

  /// fsync, rename over `path`, fsync the directory. Blocks. At most once.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_path_;
  FileDescriptor fd_;
  FileDescriptor
      lock_;  // keeps fd_'s lock until the temporary name is given up, else it would pass for a leftover
};

/// Writes `bytes` to `path` through an AtomicFile.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

}  // namespace vit_embed
