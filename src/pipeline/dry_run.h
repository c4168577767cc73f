#pragma once

#include <cstdint>

#include "pipeline/extract.h"

namespace vit_embed {

struct DryRunReport {
  std::uint64_t inputs = 0;
  std::uint64_t input_bytes = 0;
  double output_bytes = 0;  ///< estimated_size() of a row for each input
  double seconds_per_image =
      0;  ///< of a batch of the first inputs, decoded and embedded; 0 where none could be
};

/// What extract() would have to do. Lists the inputs, loads the model and embeds one batch to time it; writes
/// nothing.
DryRunReport dry_run(const ExtractOptions& options, const RuntimeOpener& open_runtime, std::stop_token stop);

}  // namespace vit_embed
