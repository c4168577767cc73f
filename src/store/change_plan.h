#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/manifest.h"

namespace vit_embed {

/// A file that is to be read.
struct PlannedFile {
  std::int64_t id = 0;  ///< its place in the plan, from 1
  std::int64_t root = 0;
  std::string path;     ///< relative to the root
  FileStamp stamp;      ///< as the scan found it; ctime_ns 0 where it was changed only just now
  bool is_new = false;  ///< no row stands under this name: it may be one that is gone, renamed
};

/// A file or a folder (its path ends in '/') that could not be looked at.
struct Trouble {
  std::int64_t root = 0;
  std::string path;
  std::string reason;
  FailureKind kind = FailureKind::transient;
};

/// Deletions that were not carried out.
struct RefusedDeletion {
  std::int64_t root = 0;
  std::uint64_t files = 0;  ///< that are gone
  std::uint64_t held = 0;   ///< of so many
};

/// Whether `count` of a root's `held` files may be marked as deleted.
using DeletionLimit = std::function<bool(std::uint64_t count, std::uint64_t held)>;

/// What a scan found to do. It stands in temporary tables beside the manifest's, so that any number of files
/// fits, and ends with the plan: the manifest is not changed. One thread.
class ChangePlan {
 public:
  explicit ChangePlan(Manifest& manifest);
  ~ChangePlan();

  /// The file's id is given here.
  void add(const PlannedFile& file);
  void add(const Trouble& trouble);
  /// A file of the manifest that is not there any more; `held`: it is live, or pending.
  void add_vanished(std::int64_t root, const std::string& path, const FileStamp& stamp, bool held);

  /// At most `count` files behind `id`, in the order they were added.
  std::vector<PlannedFile> files_after(std::int64_t id, std::size_t count) const;
  std::vector<Trouble> troubles() const;
  std::uint64_t count_files() const;
  std::uint64_t count_files(std::int64_t root) const;
  std::uint64_t count_vanished() const;
  /// Of the held ones, those that cannot all be renamed: each takes a new file of its size and mtime.
  std::uint64_t count_lost(std::int64_t root) const;

 private:
  struct Statements;
  std::uint64_t count(const char* sql, std::int64_t root) const;

  Manifest& manifest_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace vit_embed
