#pragma once

#include <optional>
#include <string>

#include "formats/count_or_percent.h"
#include "store/change_plan.h"
#include "store/root_scan.h"

namespace vit_embed {

/// Whether `count` of `held` files may go; by default the larger of 10 and 10 %.
bool deletions_allowed(std::uint64_t count, std::uint64_t held,
                       const std::optional<CountOrPercent>& max_delete);

/// Where, in spite of guard_deletions(), too many were found gone once everything was read.
std::string describe_refusal(const std::string& root, const RefusedDeletion& deletion);

/// Throws RefusedError where more of a root's files are gone than `max_delete` allows, or where it held files
/// and has none now, unless all may go.
void guard_deletions(const Root& root, const RootScanCounts& scanned, const ChangePlan& plan,
                     const std::optional<CountOrPercent>& max_delete);

}  // namespace vit_embed
