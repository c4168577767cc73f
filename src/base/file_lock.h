#pragma once

#include <filesystem>

#include "base/file_descriptor.h"

namespace vit_embed {

/// An exclusive lock on a file, held until destruction or until the process ends, however it ends (flock(2)).
class FileLock {
 public:
  /// Creates the file when it is missing. Does not wait: throws BusyError, naming the holder's process, when
  /// another open file has the lock. A lock file that was removed while we took it is created anew.
  explicit FileLock(const std::filesystem::path& path);

 private:
  FileDescriptor fd_;
};

}  // namespace vit_embed
