#include "inputs/columned_stream.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "inputs/tar_stream.h"

namespace vit_embed {
namespace {

/// "" where there is no folder in the name.
std::string folder_name(std::string_view path) {
  const std::size_t end = path.rfind('/');
  if (end == std::string_view::npos) return {};
  path = path.substr(0, end);
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

std::optional<Input> ColumnedStream::next() {
  std::optional<Input> input = inputs_->next();
  if (!input) return input;
  if (samples_) input->columns.resize(kSampleColumns.size());
  if (labels_ == Labels::folder) {
    const std::string_view name = input->name;
    input->columns.insert(input->columns.begin(),
                          folder_name(name.substr(std::min(unlabelled_, name.size()))));
  }
  return input;
}

}  // namespace vit_embed
