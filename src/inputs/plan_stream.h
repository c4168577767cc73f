#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "inputs/input_plan.h"
#include "inputs/input_stream.h"

namespace vit_embed {

/// The inputs of a plan from position `first` on, at most `count` of them. The plan must outlive it.
class PlanStream : public InputStream {
 public:
  explicit PlanStream(const InputPlan& plan, std::uint64_t first = 0,
                      std::uint64_t count = std::numeric_limits<std::uint64_t>::max());
  std::optional<Input> next() override;

 private:
  InputPlan::Reader reader_;
  std::uint64_t remaining_;
};

}  // namespace vit_embed
