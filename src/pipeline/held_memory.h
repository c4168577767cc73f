#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace vit_embed {

/// Bounds what inputs on their way hold of memory: encoded images from stdin and from tars.
class HeldMemory {
 public:
  explicit HeldMemory(std::uint64_t limit) : limit_(limit) {}

  /// Blocks while this much more would be too much, unless nothing else is held. False once a stop is
  /// requested.
  bool take(std::uint64_t bytes, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const auto fits = [this, bytes] { return held_ == 0 || bytes == 0 || held_ + bytes <= limit_; };
    if (!given_back_.wait(lock, std::move(stop), fits)) return false;
    held_ += bytes;
    return true;
  }

  void give_back(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    held_ -= bytes;
    given_back_.notify_all();
  }

 private:
  const std::uint64_t limit_;
  std::mutex mutex_;
  std::condition_variable_any given_back_;
  std::uint64_t held_ = 0;
};

}  // namespace vit_embed
