#include "sync/time_budget.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace vit_embed {

TimeBudget::TimeBudget(std::optional<std::chrono::seconds> budget, std::stop_token outer)
    : outer_(std::move(outer), [this] { stop_.request_stop(); }) {
  if (!budget) return;
  timer_ = std::jthread([this, budget](std::stop_token ended) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, ended, *budget, [] { return false; });
    if (!ended.stop_requested()) stop_.request_stop();
  });
}

TimeBudget::~TimeBudget() = default;

}  // namespace vit_embed
