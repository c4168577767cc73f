#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "output/output_format.h"
#include "output/partial_run.h"
#include "pipeline/run_observer.h"

namespace vit_embed {

struct MergeOptions {
  std::vector<std::filesystem::path> shards;  ///< .npy of extract --shard, all of one run, in any order
  std::filesystem::path output;
  OutputFormat format = OutputFormat::npy;
  /// A list, "-" for stdin: of a sharded list, the list itself, which gives the order; of folders the images
  /// that must be there, in bytewise order; of tars the tars.
  std::optional<std::string> expect;
  bool null_separated = false;  ///< the list's entries end with a NUL byte instead of a newline
  bool allow_mixed = false;     ///< shards of different engines or instruction sets
};

/// Makes of shards the output that one run over all their inputs would have made, to the same bytes: those of
/// folders and tars in the order of their paths, those of a list in its order. Takes memory for some rows of
/// each shard, whatever their number. Published as extract's outputs are; an unfinished merge is started
/// anew. Nothing is published unless every shard is there, whole and as it was published, no path is in two,
/// and inputs, rows and failures add up: else throws CheckError. Throws RefusedError where shards do not go
/// together (shard_set.h), UsageError, FatalError, BusyError, and StoppedError on a stop request.
RunCounts merge(const MergeOptions& options, RunObserver& observer, const LogSink& log, std::stop_token stop);

}  // namespace vit_embed
