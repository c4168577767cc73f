#include "inputs/list_stream.h"

#include <unistd.h>

#include <span>

#include "inputs/tar_name.h"

namespace vit_embed {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;

}  // namespace

ListStream::ListStream(FileDescriptor list, char separator, Shard shard)
    : list_(std::move(list)), separator_(separator), shard_(shard) {}

/// As much as there is, so that what a pipe holds is used before it is full.
bool ListStream::fill() {
  buffer_.erase(0, position_);
  position_ = 0;
  const std::size_t old_size = buffer_.size();
  buffer_.resize(old_size + kChunk);
  const std::size_t n = list_.read_once(std::as_writable_bytes(std::span(buffer_)).subspan(old_size));
  buffer_.resize(old_size + n);
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
    if (!cancellation_.wait_readable(list_)) return std::nullopt;
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
    if (!shard_.holds(*entry)) {
      ++passed_over_;
      continue;
    }
    if (is_tar_name(*entry)) {
      return Input{std::move(*entry),
                   std::make_unique<FailedSource>("a tar: give it as an argument, for lists hold images",
                                                  FailureKind::permanent)};
    }
    auto source = std::make_unique<FileSource>(*entry);
    return Input{std::move(*entry), std::move(source)};
  }
  return std::nullopt;
}

std::unique_ptr<ListStream> open_list(const std::string& list, bool null_separated, Shard shard) {
  FileDescriptor file =
      list == "-" ? FileDescriptor(::dup(STDIN_FILENO), "stdin") : FileDescriptor::open_without_waiting(list);
  return std::make_unique<ListStream>(std::move(file), null_separated ? '\0' : '\n', shard);
}

}  // namespace vit_embed
