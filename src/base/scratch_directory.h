#pragma once

#include <filesystem>

#include "base/file_descriptor.h"

namespace vit_embed {

/// A new directory of our own below $TMPDIR, for files that nobody is to keep. The destructor removes it with
/// all that is in it. What a process that was killed left is removed by the next that makes one, unless a
/// program that it had started is still running.
class ScratchDirectory {
 public:
  /// Throws FatalError where it cannot be made.
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  FileDescriptor lock_;  // empty, or not locked, where there are no locks
};

}  // namespace vit_embed
