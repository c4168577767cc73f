#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "formats/count_or_percent.h"
#include "inputs/folder_stream.h"
#include "pipeline/embedding_options.h"
#include "pipeline/run_observer.h"
#include "runtime/runtime.h"
#include "store/manifest.h"
#include "sync/root_plan.h"

namespace vit_embed {

struct SyncOptions {
  EmbeddingOptions embedding;  ///< one feature; an empty model: that of the store's last run
  std::filesystem::path store;
  std::filesystem::path model_of_new_store;  ///< where embedding.model is empty
  RootOptions roots;
  FolderOptions folders;  ///< which files of a root are images
  /// A file that was changed less than this before the scan is looked at again by the next run: it may be
  /// changed once more within the same tick of its time stamps, which on some file systems is two seconds.
  std::chrono::seconds settling_time{2};
  std::optional<CountOrPercent> max_delete;         ///< of a root's files; nothing: the larger of 10 and 10 %
  bool retry_failed = false;                        ///< also read again what failed for good
  bool prune = false;                               ///< drop what is deleted, at the end
  bool migrate = false;                             ///< build a new generation where the rows would be others
  bool abandon_migration = false;                   ///< drop the one that is under way
  bool create = true;                               ///< make the store where it is missing
  bool dry_run = false;                             ///< change nothing
  std::size_t checkpoint_files = 0;                 ///< files between two checkpoints; 0: any number
  std::chrono::seconds checkpoint_time{60};         ///< the longest time between two, while files are done
  std::optional<std::chrono::seconds> time_budget;  ///< stop then; the next run goes on
};

struct SyncReport {
  ChangeCounts counts;
  std::uint64_t seen = 0;       ///< files in the roots
  std::uint64_t unchanged = 0;  ///< of these, those that were not opened
  std::uint64_t failing = 0;    ///< of these, those that failed in an earlier run and were left alone
  std::uint64_t planned = 0;    ///< files that were to be read, or would be
  std::uint64_t vanished = 0;   ///< files of the store that are not there any more, under their old names
  std::uint64_t pending = 0;    ///< files that a migration has yet to embed
  bool migrating = false;       ///< what was written is not what readers see yet
  bool switched = false;        ///< the migration is complete: readers see its generation from now on
  bool pruned = false;
  std::string refused;  ///< why files that are gone, or a migration's switch, were left as they are; "": not
  bool random_weights = false;
  bool interrupted = false;  ///< by the caller's stop
  bool out_of_time = false;  ///< by the time budget
};

/// Brings a store up to what its folders hold now. Opens the runtime only where a file is to be read, or to
/// learn what a foreign model is. Throws RefusedError where the rows would be others, or where more vanished
/// than may; nothing is changed then. Throws UsageError, FatalError and BusyError as well.
SyncReport sync(const SyncOptions& options, const RuntimeOpener& open_runtime, RunObserver& observer,
                const LogSink& log, std::stop_token stop);

}  // namespace vit_embed
