#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "formats/journal.h"

// X.index.csv, X.failures.csv, X.inputs.csv: which row is whose, and what has none
// ==============================================================================
// CSV as csv.h has it, beside the output X.
//
//   X.index.csv     row,path,...
//     beside .npy only: row numbers from 0, one record a row, in row order; then the run's further columns
//     (OutputMeta::columns)
//   X.failures.csv  path,reason,kind
//     only where an input failed: kind is "permanent" (the bytes are bad) or "transient" (permission, I/O, a
//     file that was gone: worth another try)
//   X.inputs.csv    path,size,mtime_ns,outcome
//     beside a shard only: every input in order, for the merge. The outcome is "row", "permanent" or
//     "transient"; size and mtime are those of the inputs' digest (inputs_digest.h)
//
// Readers go by the header.

namespace vit_embed {

inline constexpr std::string_view kFailuresHeader = "path,reason,kind\n";
inline constexpr std::string_view kInputsHeader = "path,size,mtime_ns,outcome\n";

std::string_view to_string(FailureKind kind);

/// `columns`: the names of those behind row and path.
std::string index_header(std::span<const std::string> columns);
/// `columns`: a value each.
std::string index_record(std::uint64_t row, std::string_view path, std::span<const std::string> columns);
std::string inputs_record(const JournalEntry& input);
std::string failure_record(std::string_view path, std::string_view reason, FailureKind kind);

}  // namespace vit_embed
