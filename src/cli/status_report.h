#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/store_status.h"

namespace vit_embed {

/// What a store has to be for `status` to exit with 0.
struct StatusDemands {
  std::optional<std::chrono::seconds> max_age;  ///< of the last run that was done
  std::optional<double> min_coverage;           ///< percent
};

/// What does not hold, each a sentence; `now` in seconds since the epoch.
std::vector<std::string> unmet(const StatusDemands& demands, const StoreStatus& status, std::int64_t now);

// A store's status in each of the ways that it is told.

/// For people; control characters in names are '?'.
std::string status_as_text(const StoreStatus& status, std::int64_t now);

/// One object; what is not UTF-8 in a name is U+FFFD.
std::string status_as_json(const StoreStatus& status, const std::vector<std::string>& problems);

}  // namespace vit_embed
