#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/console.h"
#include "pipeline/extract.h"

namespace vit_embed {

/// What a person sees of a run: on a terminal a status line with images done, images/s, ETA and failures;
/// everywhere the first failures.
class ExtractProgress : public ExtractObserver {
 public:
  /// Without `status_line` only the log speaks.
  ExtractProgress(Console& console, bool status_line)
      : console_(console), status_line_(status_line && console.is_terminal()) {}
  ~ExtractProgress() override;

  void on_start(std::optional<std::uint64_t> total, const RunCounts& done_before) override;
  void on_failure(const std::string& name, const InputFailure& failure) override;
  void on_batch(const RunCounts& done) override;

  /// How many inputs were done by this run itself.
  std::uint64_t done_now() const { return done_now_; }
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  Console& console_;
  bool status_line_;
  std::optional<std::uint64_t> total_;
  std::uint64_t done_before_ = 0;
  std::uint64_t done_now_ = 0;
  std::uint64_t failures_shown_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_status_;
};

/// "1:02:03", "2:03".
std::string spelled_duration(double seconds);

}  // namespace vit_embed
