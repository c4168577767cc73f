#include "sync/planned_inputs.h"

#include <utility>

#include "store/live_files.h"

namespace vit_embed {
namespace {

constexpr std::size_t kPage = 1024;  // files

}  // namespace

std::optional<Input> PlannedInputs::next() {
  if (position_ == page_.size()) {
    page_ = generation_.files_after(last_id_, kPage);
    position_ = 0;
    if (page_.empty()) return std::nullopt;
    last_id_ = page_.back().id;
  }
  PlannedFile file = std::move(page_[position_++]);
  std::string path = full_path(root_paths_.at(file.root), file.path);
  const std::lock_guard lock(mutex_);
  in_work_.push_back(std::move(file));
  return Input{path, std::make_unique<FileSource>(path)};
}

PlannedFile PlannedInputs::take_result() {
  const std::lock_guard lock(mutex_);
  PlannedFile file = std::move(in_work_.front());
  in_work_.pop_front();
  return file;
}

}  // namespace vit_embed
