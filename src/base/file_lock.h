#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/file_descriptor.h"

namespace vit_embed {

/// Takes an exclusive lock on what is opened (flock(2)), without waiting; false where another open file has
/// it. Throws FatalError where there are no locks.
bool try_lock(const FileDescriptor& file);

/// Whether what is opened still stands at `path`: a name may be removed or given away while it is opened.
bool is_still_at(const FileDescriptor& file, const std::filesystem::path& path);

/// Who has a lock, as it signed; "" where it did not, or not yet.
struct LockHolder {
  std::string process;  ///< its number
  std::string since;    ///< as 2026-11-26T01:02:03Z
};

/// For people: "process 12, started 2026-11-26 01:02:03 UTC".
std::string to_string(const LockHolder& holder);

/// Who has the FileLock on this file now; nothing where nobody has, or there is no such file. Holds the lock
/// itself, shared, for the moment that it takes to find out. Throws FatalError where there are no locks.
std::optional<LockHolder> find_lock_holder(const std::filesystem::path& path);

/// An exclusive lock on a file, held until destruction or until the process ends, however it ends (flock(2)).
/// The file has two lines, for whom it keeps out: its holder's process number, and the time when it took the
/// lock, as 2026-11-26T01:02:03Z.
class FileLock {
 public:
  /// Creates the file when it is missing. Does not wait for longer than a moment: throws BusyError, naming
  /// the holder's process and since when, when another open file has the lock. A lock file that was removed
  /// while we took it is created anew.
  explicit FileLock(const std::filesystem::path& path);

 private:
  FileDescriptor fd_;
};

}  // namespace vit_embed
