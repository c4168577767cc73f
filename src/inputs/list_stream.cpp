#include "inputs/list_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace vit_embed {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;

}  // namespace

ListStream::ListStream(FileDescriptor list, char separator, Shard shard)
    : list_(std::move(list)),
      cancelled_(::eventfd(0, EFD_CLOEXEC), "eventfd"),
      separator_(separator),
      shard_(shard) {
  if (!cancelled_) throw FatalError(system_error_message("creating", "eventfd", errno));
}

void ListStream::cancel() {
  ::eventfd_write(cancelled_.get(), 1);
}

/// Whether there is something to read or an end to be told, rather than a cancellation.
bool ListStream::wait_readable() {
  std::array<pollfd, 2> fds{{{list_.get(), POLLIN, 0}, {cancelled_.get(), POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) < 0) {
    if (errno != EINTR) throw FatalError(system_error_message("waiting for the list", list_.path(), errno));
  }
  return fds[1].revents == 0;
}

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
    if (!wait_readable()) return std::nullopt;
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
    auto source = std::make_unique<FileSource>(*entry);
    return Input{std::move(*entry), std::move(source)};
  }
  return std::nullopt;
}

std::unique_ptr<ListStream> open_list(const std::string& list, bool null_separated, Shard shard) {
  FileDescriptor file =
      list == "-" ? FileDescriptor(::dup(STDIN_FILENO), "stdin") : FileDescriptor::open(list, O_RDONLY);
  return std::make_unique<ListStream>(std::move(file), null_separated ? '\0' : '\n', shard);
}

}  // namespace vit_embed
