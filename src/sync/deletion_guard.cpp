#include "sync/deletion_guard.h"

#include <fmt/format.h>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr CountOrPercent kDefaultShare{10, true};
constexpr CountOrPercent kDefaultCount{10, false};

bool all_may_go(const std::optional<CountOrPercent>& max_delete) {
  return max_delete && max_delete->percent && max_delete->value >= 100;
}

}  // namespace

bool deletions_allowed(std::uint64_t count, std::uint64_t held,
                       const std::optional<CountOrPercent>& max_delete) {
  if (max_delete) return max_delete->allows(count, held);
  return kDefaultShare.allows(count, held) || kDefaultCount.allows(count, held);
}

std::string describe_refusal(const std::string& root, const RefusedDeletion& deletion) {
  return fmt::format(
      "'{}': {} of its {} files are gone, more than --max-delete lets go, and what was taken "
      "for them under new names is something else: they are kept; what was read is written",
      root, deletion.files, deletion.held);
}

void guard_deletions(const Root& root, const RootScanCounts& scanned, const ChangePlan& plan,
                     const std::optional<CountOrPercent>& max_delete) {
  if (scanned.held > 0 && scanned.seen == 0 && !all_may_go(max_delete)) {
    throw RefusedError(
        fmt::format("'{}' held {} files and is empty: is it not mounted? Nothing was changed. --max-delete "
                    "100% lets them all go",
                    root.path, scanned.held));
  }
  const std::uint64_t lost = plan.count_lost(root.id);
  if (deletions_allowed(lost, scanned.held, max_delete)) return;
  throw RefusedError(
      fmt::format("'{}': {} of its {} files are gone, more than --max-delete lets go ({}): is a part of it "
                  "not mounted? Nothing was changed",
                  root.path, lost, scanned.held,
                  max_delete ? fmt::format("{}{}", max_delete->value, max_delete->percent ? "%" : "")
                             : "10%, or 10 files"));
}

}  // namespace vit_embed
