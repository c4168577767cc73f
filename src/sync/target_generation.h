#pragma once

#include <filesystem>
#include <memory>

#include "base/scratch_directory.h"
#include "store/manifest.h"
#include "store/store_directory.h"

namespace vit_embed {

/// The generation that a run works on.
struct TargetGeneration {
  std::filesystem::path path;
  bool is_next = false;                       ///< it is a migration's
  std::unique_ptr<ScratchDirectory> scratch;  ///< of a dry run, where the store has no such generation
};

struct TargetOptions {
  bool migrate = false;
  bool abandon_migration = false;
  bool dry_run = false;
};

/// The current one, where its rows are as `info` says; else the next, or a new one. Throws RefusedError,
/// saying every difference, where the rows would be others than the store's and no migration was asked for,
/// or where one to other rows is under way.
TargetGeneration choose_target(const StoreDirectory& store, const GenerationInfo& info,
                               const TargetOptions& options);

}  // namespace vit_embed
