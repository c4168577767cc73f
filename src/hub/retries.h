#pragma once

#include <chrono>
#include <stop_token>

#include "base/log.h"
#include "hub/http_client.h"

namespace vit_embed {

struct RetryPolicy {
  int attempts = 5;                               ///< in a row without progress, the first included
  std::chrono::milliseconds first_wait{500};      ///< doubled from one attempt to the next
  std::chrono::milliseconds longest_wait{60000};  ///< also where a server asks for more
};

/// How often, and when, to try again.
class Retries {
 public:
  Retries(RetryPolicy policy, std::stop_token stop, const LogSink& log);

  /// Waits until it is time for the next attempt, at least as long as the server asked for, and says so to
  /// the log. Throws `error` where it was the last one or will not pass, and StoppedError at a stop.
  void wait_after(const TransferError& error);

  /// The last attempt brought something: the count starts anew.
  void note_progress() { failures_ = 0; }

 private:
  RetryPolicy policy_;
  std::stop_token stop_;
  const LogSink& log_;
  int failures_ = 0;
};

}  // namespace vit_embed
