#pragma once

#include <cstdint>

#include "store/check_report.h"
#include "store/store_directory.h"

namespace vit_embed {

struct StoreCheck {
  CheckReport report;
  std::uint64_t rows = 0;   ///< whose bytes were compared, of all generations
  std::uint64_t files = 0;  ///< whose rows were looked up
};

/// Whether the files of the current generation, and of a migration's, are what the manifest says, and the
/// manifest is sound: reads every row. Beside a run that writes; holds its checkpoints up for SQLite's own
/// check of the database and otherwise for a page of rows. Throws FatalError where there is no store,
/// BusyError.
StoreCheck check_store(const StoreDirectory& store);

}  // namespace vit_embed
