#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace vit_embed {

/// A first-in first-out queue between threads that holds at most `capacity` items.
template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Blocks while the queue is full. False, and nothing pushed, once a stop is requested or the queue is
  /// closed.
  bool push(T item, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const bool ready = changed_.wait(lock, stop, [this] { return closed_ || items_.size() < capacity_; });
    if (!ready || closed_ || stop.stop_requested()) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  /// Blocks while the queue is empty. Nothing once a stop is requested, or the queue is closed and empty.
  std::optional<T> pop(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const bool ready = changed_.wait(lock, stop, [this] { return closed_ || !items_.empty(); });
    if (!ready || items_.empty() || stop.stop_requested()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

  /// No more will be pushed; what is in it can still be popped.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace vit_embed
