#pragma once

#include <cstdint>
#include <filesystem>

#include "base/log.h"
#include "output/output_format.h"

namespace vit_embed {

struct SnapshotOptions {
  std::filesystem::path store;
  std::filesystem::path output;
  OutputFormat format = OutputFormat::npy;
};

/// Writes what a store has at one moment as extract would write it: the row of each live file, in the order
/// of their paths, with index and meta. Published as extract's outputs are, and by its rules beside what a
/// killed run left: an unfinished snapshot is started anew. Takes memory for a batch. Returns how many files
/// there are. Throws RefusedError where an extract to this output is unfinished, FatalError and BusyError.
std::uint64_t write_snapshot(const SnapshotOptions& options, const LogSink& log);

}  // namespace vit_embed
