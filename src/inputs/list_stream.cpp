#include "inputs/list_stream.h"

#include <unistd.h>

#include <cerrno>

namespace vit_embed {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;

}  // namespace

/// One read(2), so that what a pipe holds is used before it is full.
bool ListStream::fill() {
  buffer_.erase(0, position_);
  position_ = 0;
  const std::size_t old_size = buffer_.size();
  buffer_.resize(old_size + kChunk);
  ssize_t n;
  do {
    n = ::read(list_.get(), buffer_.data() + old_size, kChunk);
  } while (n < 0 && errno == EINTR);
  if (n < 0) throw FatalError(system_error_message("reading the list", list_.path(), errno));
  buffer_.resize(old_size + static_cast<std::size_t>(n));
  return n > 0;
}

std::optional<std::string> ListStream::next_entry() {
  std::size_t searched = position_;
  while (true) {
    const std::size_t end = buffer_.find(separator_, searched);
    if (end != std::string::npos) {
      std::string entry = buffer_.substr(position_, end - position_);
      position_ = end + 1;
      return entry;
    }
    const std::size_t unfinished = buffer_.size() - position_;
    if (!fill()) {
      if (unfinished == 0) return std::nullopt;
      std::string entry = buffer_.substr(position_);
      position_ = buffer_.size();
      return entry;
    }
    searched = unfinished;
  }
}

std::optional<Input> ListStream::next() {
  while (std::optional<std::string> entry = next_entry()) {
    if (entry->empty()) continue;
    auto source = std::make_unique<FileSource>(*entry);
    return Input{std::move(*entry), std::move(source)};
  }
  return std::nullopt;
}

}  // namespace vit_embed
