#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "store/change_plan.h"
#include "store/manifest.h"

namespace vit_embed {

struct RootScanCounts {
  std::uint64_t seen = 0;       ///< files that are there, and folders that could not be listed
  std::uint64_t unchanged = 0;  ///< of these, live ones that need not be read
  std::uint64_t failing = 0;    ///< of these, those that failed before and are left alone
  std::uint64_t held = 0;       ///< live and pending files that the manifest has
};

/// Compares what stands in a root with what the manifest has of it, file by file, both in bytewise order of
/// their paths, and plans what is to be read; nothing is held in memory. Told of every file in that order,
/// then finish() once.
class RootScan {
 public:
  /// `retry_failed`: also what failed for good is read again.
  RootScan(Manifest& manifest, ChangePlan& plan, std::int64_t root, bool retry_failed);
  ~RootScan();

  /// A file that is there. `why_unreadable` looks whether it can be read now; asked only where that failed
  /// in passing the last time.
  void file(const std::string& path, const FileStamp& stamp,
            const std::function<std::optional<std::string>()>& why_unreadable);
  /// Something is there under this name that cannot be looked at.
  void unreadable(const std::string& path, const std::string& reason);
  /// A folder, "a/b/", that could not be listed, or only in part: what the manifest has below it stays.
  void unlistable(const std::string& folder, const std::string& reason);

  /// A link, "a/b/", that leads nowhere: to a folder, where the manifest has files below it, and then the
  /// same; else it is nothing to us.
  void broken_link(const std::string& folder, const std::string& reason);

  RootScanCounts finish();

 private:
  struct Cursor;

  bool advance_to(const std::string& path);
  void pass_vanished();
  bool is_known(const std::string& path, const std::string& reason);

  ChangePlan& plan_;
  std::int64_t root_;
  bool retry_failed_;
  std::unique_ptr<Cursor> cursor_;
  std::string kept_;  ///< the folder that was not listed last; "" for none
  RootScanCounts counts_;
};

}  // namespace vit_embed
