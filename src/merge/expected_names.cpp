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

ExpectedNames::ExpectedNames(std::unique_ptr<InputStream> list) : list_(std::move(list)) {
  advance();
}

void ExpectedNames::advance() {
  std::optional<Input> entry = list_->next();
  at_end_ = !entry;
  if (!entry) return;
  if (entry->name < next_) {
    throw UsageError(
        fmt::format("the list is not in bytewise order at '{}' (LC_ALL=C sort gives that)", entry->name));
  }
  next_ = std::move(entry->name);
}

void ExpectedNames::note_missing() {
  ++missing_;
  if (first_missing_.size() < kNamesTold) first_missing_.push_back("'" + next_ + "'");
}

void ExpectedNames::see(const std::string& name) {
  while (!at_end_ && next_ < name) {
    note_missing();
    advance();
  }
  while (!at_end_ && next_ == name) advance();
}

void ExpectedNames::require_all_seen() {
  for (; !at_end_; advance()) note_missing();
  if (missing_ == 0) return;
  throw CheckError(fmt::format("{} of the list {} in no shard: {}{}", missing_, missing_ == 1 ? "is" : "are",
                               fmt::join(first_missing_, ", "),
                               missing_ > first_missing_.size() ? ", ..." : ""));
}

}  // namespace vit_embed
