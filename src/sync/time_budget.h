#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>

namespace vit_embed {

/// A stop that comes when the caller's does, or when the time is up.
class TimeBudget {
 public:
  /// Without a budget, time is never up.
  TimeBudget(std::optional<std::chrono::seconds> budget, std::stop_token outer);
  TimeBudget(const TimeBudget&) = delete;
  TimeBudget& operator=(const TimeBudget&) = delete;
  ~TimeBudget();

  std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> outer_;
  std::jthread timer_;
};

}  // namespace vit_embed
