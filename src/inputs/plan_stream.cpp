#include "inputs/plan_stream.h"

#include <algorithm>
#include <utility>

namespace vit_embed {
namespace {

const ListedMember* listed_in(const Input& input) {
  return dynamic_cast<const ListedMember*>(input.source.get());
}

/// Why a tar does not go on as it was listed, told by what comes in the stead of a planned input.
std::unique_ptr<FailedSource> difference_told_by(const Input& read, const TarFile& tar) {
  const auto* failed = dynamic_cast<const FailedSource*>(read.source.get());
  if (failed != nullptr && read.name == tar.name)
    return std::make_unique<FailedSource>(failed->reason(), failed->kind());
  return std::make_unique<FailedSource>("its tar was changed since it was listed");
}

}  // namespace

PlanStream::PlanStream(const InputPlan& plan, std::uint64_t first, std::uint64_t count)
    : reader_(plan), remaining_(count) {
  for (; first > 0; --first) {
    const std::optional<InputPlan::Item> item = reader_.next();
    const ListedMember* listed = item ? listed_in(item->input) : nullptr;
    if (listed == nullptr) continue;
    enter(listed->tar());
    ++open_.passed_over;
  }
}

void PlanStream::enter(const std::shared_ptr<const TarFile>& tar) {
  if (open_.tar != tar) open_ = OpenTar{tar, 0, nullptr, nullptr};
}

std::optional<Input> PlanStream::next() {
  if (remaining_ == 0) return std::nullopt;
  --remaining_;
  std::optional<InputPlan::Item> item = reader_.next();
  if (!item) return std::nullopt;
  if (listed_in(item->input) != nullptr && !read_from_tar(item->input)) return std::nullopt;
  return std::move(item->input);
}

/// Puts what the tar gives for it into `planned`; false where it was cancelled.
bool PlanStream::read_from_tar(Input& planned) {
  enter(listed_in(planned)->tar());
  if (!open_.stream && !open_.failure) {
    open_.stream =
        std::make_unique<TarStream>(open_.tar, TarStream::Pass::read, cancellation_, open_.passed_over);
  }
  if (!open_.failure) {
    std::optional<Input> read = open_.stream->next();
    if (cancellation_->requested()) return false;
    if (read && read->name == planned.name && read->source->identify() == planned.source->identify()) {
      planned.source = std::move(read->source);
      std::ranges::move(read->columns,
                        planned.columns.end() - static_cast<std::ptrdiff_t>(read->columns.size()));
      return true;
    }
    open_.failure = read ? difference_told_by(*read, *open_.tar)
                         : std::make_unique<FailedSource>("its tar was changed since it was listed");
    open_.stream.reset();
  }
  planned.source = std::make_unique<FailedSource>(*open_.failure);
  return true;
}

}  // namespace vit_embed
