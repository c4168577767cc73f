#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include "base/file_descriptor.h"

namespace vit_embed {

/// Turns the first SIGHUP, SIGINT or SIGTERM into a stop request, and lets a second one end the process at
/// once. A signal that the process was told to ignore (nohup) stays ignored. One at a time in a process: it
/// blocks the signals in the constructing thread, and with it in every thread started afterwards, and waits
/// for them in a thread of its own.
class InterruptWatch {
 public:
  InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch();

  std::stop_token token() const { return stop_source_.get_token(); }
  /// The signal that was caught; 0 while there was none.
  int signal() const { return signal_; }

 private:
  void wait();

  std::stop_source stop_source_;
  std::atomic<int> signal_ = 0;
  FileDescriptor signals_;   // readable once a signal is pending
  FileDescriptor finished_;  // readable once the watch is to end
  std::jthread waiter_;
};

}  // namespace vit_embed
