#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "output/embedded_batch.h"
#include "output/partial_run.h"

namespace vit_embed {

/// Told of the run as it goes; from any thread, one call at a time.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// How many inputs there are, where that is known, and how many of them were done by an earlier run.
  virtual void on_start(std::optional<std::uint64_t> total, const RunCounts& done_before) = 0;
  virtual void on_failure(const std::string& name, const InputFailure& failure) = 0;
  virtual void on_batch(const RunCounts& done) = 0;
};

}  // namespace vit_embed
