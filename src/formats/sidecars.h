#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

// X.index.csv and X.failures.csv: which row is whose, and what has none
// ======================================================================
// CSV as csv.h has it, beside the output X.
//
//   X.index.csv     row,path          beside .npy only: row numbers from 0, one record a row, in row order
//   X.failures.csv  path,reason,kind  only where an input failed: kind is "permanent" (the bytes are bad) or
//   "transient"
//                                     (permission, I/O, a file that was gone: worth another try)
//
// Further columns may stand behind these; readers go by the header.

namespace vit_embed {

inline constexpr std::string_view kIndexHeader = "row,path\n";
inline constexpr std::string_view kFailuresHeader = "path,reason,kind\n";

std::string_view to_string(FailureKind kind);

std::string index_record(std::uint64_t row, std::string_view path);
std::string failure_record(std::string_view path, std::string_view reason, FailureKind kind);

}  // namespace vit_embed
