#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "output/embedded_batch.h"
#include "pipeline/run_observer.h"
#include "store/generation_writer.h"
#include "sync/planned_inputs.h"

namespace vit_embed {

struct CheckpointInterval {
  std::size_t files = 0;  ///< 0: any number
  std::chrono::seconds time{60};
};

/// Hands what the pipeline makes of a plan's files to the generation, with a checkpoint now and then.
class CheckpointingWriter : public BatchWriter {
 public:
  CheckpointingWriter(GenerationWriter& generation, PlannedInputs& inputs, CheckpointInterval interval,
                      RunObserver& observer,
                      std::function<void(const std::vector<Trouble>&)> on_new_failures);

  void write(const EmbeddedBatch& batch) override;

 private:
  using Clock = std::chrono::steady_clock;

  void add(const BatchEntry& entry);
  bool is_due() const;

  GenerationWriter& generation_;
  PlannedInputs& inputs_;
  CheckpointInterval interval_;
  RunObserver& observer_;
  std::function<void(const std::vector<Trouble>&)> on_new_failures_;
  RunCounts done_;
  Clock::time_point last_checkpoint_ = Clock::now();
};

}  // namespace vit_embed
