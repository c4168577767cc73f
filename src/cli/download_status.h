#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/download_progress.h"
#include "cli/console.h"

namespace vit_embed {

/// The status line of a download: file, MiB of MiB, MiB/s of this run. Removed at the end of a file and by
/// the destructor.
class DownloadStatus {
 public:
  explicit DownloadStatus(Console& console) : console_(console) {}
  DownloadStatus(const DownloadStatus&) = delete;
  DownloadStatus& operator=(const DownloadStatus&) = delete;
  ~DownloadStatus() { console_.set_status(""); }

  void show(const DownloadProgress& progress);

 private:
  using Clock = std::chrono::steady_clock;

  Console& console_;
  std::string file_;
  std::uint64_t start_bytes_ = 0;
  Clock::time_point start_;
  Clock::time_point last_shown_;
};

}  // namespace vit_embed
