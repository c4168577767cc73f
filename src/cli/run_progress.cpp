#include "cli/run_progress.h"

#include <fmt/format.h>

#include <cmath>

namespace vit_embed {
namespace {

constexpr std::uint64_t kFailuresShown = 10;
constexpr std::chrono::milliseconds kStatusInterval{100};

}  // namespace

RunProgress::~RunProgress() {
  if (status_line_) console_.set_status("");
}

void RunProgress::on_start(std::optional<std::uint64_t> total, const RunCounts& done_before) {
  total_ = total;
  done_before_ = done_before.inputs;
  start_ = Clock::now();
}

void RunProgress::on_failure(const std::string& name, const InputFailure& failure) {
  if (!failures_) return;
  ++failures_shown_;
  const bool are_listed = !failure_list_.empty();
  if (are_listed && failures_shown_ > kFailuresShown) return;
  console_.log(LogLevel::warning, fmt::format("'{}': {}", name, failure.reason));
  if (are_listed && failures_shown_ == kFailuresShown) {
    console_.log(LogLevel::warning, fmt::format("further failures stand in {} only", failure_list_));
  }
}

void RunProgress::on_batch(const RunCounts& done) {
  done_now_ = done.inputs - done_before_;
  const Clock::time_point now = Clock::now();
  if (!status_line_ || now - last_status_ < kStatusInterval) return;
  last_status_ = now;
  const double rate = static_cast<double>(done_now_) / std::max(seconds(), 1e-3);
  std::string status = fmt::format("{}", done.inputs);
  if (total_) status += fmt::format("/{} ({}%)", *total_, 100 * done.inputs / *total_);
  status += fmt::format("  {:.{}f} images/s", rate, rate < 10 ? 2 : 0);
  if (total_) status += "  ETA " + spelled_duration(static_cast<double>(*total_ - done.inputs) / rate);
  if (done.failures() > 0) status += fmt::format("  {} failed", done.failures());
  console_.set_status(status);
}

double RunProgress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

std::string spelled_duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
  const std::uint64_t hours = whole / 3600;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, whole / 60 % 60, whole % 60)
                   : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace vit_embed
