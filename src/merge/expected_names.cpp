#include "merge/expected_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <utility>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr std::size_t kNamesTold = 5;

}  // namespace

ExpectedNames::ExpectedNames(std::unique_ptr<InputStream> list, Of of) : list_(std::move(list)), of_(of) {
  advance();
}

void ExpectedNames::advance() {
  std::optional<Input> entry = list_->next();
  at_end_ = !entry;
  is_seen_ = false;
  if (!entry) return;
  next_ = std::move(entry->name);
  std::string order = of_ == Of::tars ? next_ + "/" : next_;
  if (order < order_) {
    throw UsageError(
        fmt::format("the list is not in bytewise order at '{}' (LC_ALL=C sort gives that)", next_));
  }
  order_ = std::move(order);
}

void ExpectedNames::note_missing() {
  if (is_seen_) return;
  ++missing_;
  if (first_missing_.size() < kNamesTold) first_missing_.push_back("'" + next_ + "'");
}

bool ExpectedNames::is_expected(const std::string& name) const {
  return name == next_ || (of_ == Of::tars && name.starts_with(order_));
}

void ExpectedNames::see(const std::string& name) {
  while (!at_end_ && !is_expected(name) && order_ < name) {
    note_missing();
    advance();
  }
  if (at_end_ || !is_expected(name)) return;
  if (of_ == Of::tars) {
    is_seen_ = true;
  } else {
    while (!at_end_ && next_ == name) advance();
  }
}

void ExpectedNames::require_all_seen() {
  for (; !at_end_; advance()) note_missing();
  if (missing_ == 0) return;
  throw CheckError(fmt::format("{} of the list {} in no shard: {}{}", missing_, missing_ == 1 ? "is" : "are",
                               fmt::join(first_missing_, ", "),
                               missing_ > first_missing_.size() ? ", ..." : ""));
}

}  // namespace vit_embed
