#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "cli/console.h"
#include "pipeline/run_observer.h"

namespace vit_embed {

/// What a person is to see of a run.
struct ProgressChoice {
  bool status_line = true;                        ///< images done, images/s, ETA and failures
  bool failures = true;                           ///< the first ones, as warnings
  std::string failure_list = "the failure list";  ///< where the others stand; empty: nowhere, so all are told
};

/// What a person sees of a run while it goes.
class RunProgress : public RunObserver {
 public:
  RunProgress(Console& console, ProgressChoice choice)
      : console_(console),
        status_line_(choice.status_line && console.shows_status()),
        failures_(choice.failures),
        failure_list_(std::move(choice.failure_list)) {}
  ~RunProgress() override;

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
  bool failures_;
  std::string failure_list_;
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
