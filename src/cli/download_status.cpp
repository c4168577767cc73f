#include "cli/download_status.h"

#include <fmt/format.h>

#include <algorithm>

namespace vit_embed {
namespace {

constexpr std::chrono::milliseconds kStatusInterval{100};

double mebibytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace

void DownloadStatus::show(const DownloadProgress& progress) {
  const Clock::time_point now = Clock::now();
  // Fewer bytes than at the start: the download had to start over.
  if (progress.file != file_ || progress.done < start_bytes_) {
    file_ = progress.file;
    start_bytes_ = progress.done;
    start_ = now;
  }
  if (progress.done == progress.total) {
    console_.set_status("");
    return;
  }
  if (now - last_shown_ < kStatusInterval) return;
  last_shown_ = now;
  std::string status = fmt::format("{}  {:.1f}", file_, mebibytes(progress.done));
  if (progress.total > 0) status += fmt::format("/{:.1f}", mebibytes(progress.total));
  const double seconds = std::chrono::duration<double>(now - start_).count();
  status +=
      fmt::format(" MiB  {:.1f} MiB/s", mebibytes(progress.done - start_bytes_) / std::max(seconds, 1e-3));
  console_.set_status(status);
}

}  // namespace vit_embed
