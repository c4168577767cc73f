#pragma once

#include <string>
#include <vector>

#include "store/manifest.h"
#include "store/root_changes.h"

namespace vit_embed {

struct RootOptions {
  std::vector<std::string> folders;    ///< to scan, as typed
  std::vector<std::string> moved;      ///< OLD=NEW, as typed
  std::vector<std::string> forgotten;  ///< as typed
};

struct PlannedRoot {
  Root root;              ///< as it will stand in the manifest
  bool is_known = false;  ///< the manifest has files of it
};

struct RootPlan {
  std::vector<PlannedRoot> to_scan;
  RootChanges changes;
};

/// Which roots are scanned and what becomes of those that are `known`. Throws UsageError where one lies
/// within another, or a root to move or to forget is none; RefusedError where a known one is missing, or was
/// a mount point and is none now, unless it was named as moved to the same place; FatalError where a new one
/// is no folder.
RootPlan plan_roots(const RootOptions& options, const std::vector<Root>& known);

/// Absolute, without "." and "..", and without a '/' at its end. Links stay as they are, unless there is
/// a "..".
std::string root_path(const std::string& folder);

}  // namespace vit_embed
