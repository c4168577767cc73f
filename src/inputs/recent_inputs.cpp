#include "inputs/recent_inputs.h"

#include <stdexcept>
#include <utility>

namespace vit_embed {

std::optional<Input> RecentInputs::next() {
  if (ahead_.empty()) return inputs_.next();
  Input input = std::move(ahead_.front());
  ahead_.pop_front();
  return input;
}

const Input* RecentInputs::look() {
  std::optional<Input> input = next();
  if (!input) return nullptr;
  ++num_looked_at_;
  recent_.push_back(std::move(*input));
  if (recent_.size() > most_) recent_.pop_front();
  return &recent_.back();
}

void RecentInputs::go_back_to(std::uint64_t count) {
  if (num_looked_at_ - count > recent_.size()) throw std::logic_error("an input was forgotten");
  for (; num_looked_at_ > count; --num_looked_at_) {
    ahead_.push_front(std::move(recent_.back()));
    recent_.pop_back();
  }
  recent_.clear();
}

}  // namespace vit_embed
