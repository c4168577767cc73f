#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "formats/count_or_percent.h"
#include "pipeline/embedding_options.h"
#include "runtime/runtime.h"
#include "store/check_report.h"

namespace vit_embed {

struct ReproduceOptions {
  EmbeddingOptions embedding;  ///< how it is computed; an empty model: that of the store's last run
  std::filesystem::path store;
  CountOrPercent sample;  ///< of the live files
};

struct ReproduceReport {
  CheckReport problems;
  std::uint64_t same_bytes = 0;  ///< files whose row came out as it is
  std::uint64_t close = 0;       ///< files whose row is another's work and came out as near as rounding lets
  std::uint64_t skipped = 0;     ///< files that have gone or changed since, which tell nothing
};

/// Embeds a sample of the current generation's live files again, the same each time while the files are, and
/// compares with their rows. Takes no lock. Throws RefusedError where the model does not make such rows,
/// FatalError and BusyError. After a stop it is what was compared until then.
ReproduceReport reproduce(const ReproduceOptions& options, const RuntimeOpener& open_runtime,
                          std::stop_token stop);

}  // namespace vit_embed
