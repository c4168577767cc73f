#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/file_lock.h"
#include "store/manifest.h"
#include "store/store_directory.h"

namespace vit_embed {

struct RootStatus {
  Root root;
  FileCounts counts;
};

/// One generation at one moment.
struct GenerationStatus {
  std::filesystem::path path;
  GenerationInfo info;
  FileCounts counts;
  std::uint64_t permanent_failures = 0;  ///< of counts.failed; the rest failed in passing
  std::uint64_t unseen = 0;              ///< of counts.live, those that could not be looked at since
  std::uint64_t rows = 0;
  std::uint64_t dead_rows = 0;    ///< of these, those that no live file has
  std::vector<RootStatus> roots;  ///< in the order of their paths
  std::optional<RunEntry> last_run;
  std::optional<RunEntry> last_done;
};

struct StoreStatus {
  GenerationStatus current;
  std::optional<GenerationStatus> next;  ///< of a migration that is under way
  std::optional<LockHolder> run;         ///< that writes now
};

/// Keeps a writer waiting while it counts the files, and takes the lock for no longer than it takes to see
/// whether it is free. Throws FatalError and BusyError as Manifest does.
StoreStatus read_store_status(const StoreDirectory& store);

}  // namespace vit_embed
