#include "hub/retries.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace vit_embed {

Retries::Retries(RetryPolicy policy, std::stop_token stop, const LogSink& log)
    : policy_(policy), stop_(std::move(stop)), log_(log) {}

void Retries::wait_after(const TransferError& error) {
  ++failures_;
  if (error.kind() == TransferError::Kind::permanent || failures_ >= policy_.attempts)
    throw TransferError(error);
  std::chrono::milliseconds wait = policy_.first_wait * (1 << std::min(failures_ - 1, 16));
  if (error.retry_after()) wait = std::max<std::chrono::milliseconds>(wait, *error.retry_after());
  wait = std::min(wait, policy_.longest_wait);
  log_(LogLevel::warning,
       fmt::format("{}; trying again in {:.3g} s", error.what(), static_cast<double>(wait.count()) / 1000));

  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  stopped.wait_for(lock, stop_, wait, [] { return false; });
  if (stop_.stop_requested()) throw StoppedError("stopped; the same command goes on from here");
}

}  // namespace vit_embed
