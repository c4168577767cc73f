#pragma once

#include <cstdint>

#include "store/check_report.h"
#include "store/manifest.h"

namespace vit_embed {

/// SQLite's own checks: of the file, and of what refers to what.
void check_database(const Manifest& manifest, CheckReport& report);

/// Whether the row of every file that has one counts, and is that of its content. Returns how many files.
std::uint64_t check_files(const Manifest& manifest, CheckReport& report);

}  // namespace vit_embed
