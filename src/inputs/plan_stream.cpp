#include "inputs/plan_stream.h"

#include <utility>

namespace vit_embed {

PlanStream::PlanStream(const InputPlan& plan, std::uint64_t first, std::uint64_t count)
    : reader_(plan), remaining_(count) {
  for (; first > 0; --first) reader_.next();
}

std::optional<Input> PlanStream::next() {
  if (remaining_ == 0) return std::nullopt;
  --remaining_;
  std::optional<InputPlan::Item> item = reader_.next();
  return item ? std::optional(std::move(item->input)) : std::nullopt;
}

}  // namespace vit_embed
