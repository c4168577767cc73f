#include "pipeline/batch.h"

#include <algorithm>
#include <utility>

namespace vit_embed {

void Batch::clear() {
  result_.entries.assign(inputs_.size(), {});
  size_ = 0;
}

std::size_t Batch::add(Input input) {
  inputs_.at(size_) = std::move(input);
  const std::lock_guard lock(mutex_);
  ++remaining_;
  return size_++;
}

std::span<float> Batch::pixel_values(std::size_t slot) {
  return std::span(pixel_values_).subspan(slot * image_size_, image_size_);
}

void Batch::set_done(std::size_t slot, BatchEntry entry) {
  entry.name = inputs_[slot].name;
  entry.columns = inputs_[slot].columns;
  inputs_[slot].source.reset();
  result_.entries[slot] = std::move(entry);
  const std::lock_guard lock(mutex_);
  if (--remaining_ == 0) decoded_.notify_all();
}

bool Batch::wait_decoded(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (!decoded_.wait(lock, stop, [this] { return remaining_ == 0; })) return false;
  result_.entries.resize(size_);
  return true;
}

std::size_t Batch::compact() {
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < size(); ++slot) {
    if (!result_.entries[slot].has_row()) continue;
    if (slot != count) std::ranges::copy(pixel_values(slot), pixel_values(count).begin());
    ++count;
  }
  return count;
}

std::span<const float> Batch::pixel_values_of(std::size_t count) const {
  return std::span(pixel_values_).first(count * image_size_);
}

}  // namespace vit_embed
