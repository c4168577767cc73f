#include "cli/stderr_capture.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "base/error.h"

namespace vit_embed {

StderrCapture::StderrCapture(LogSink log) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw FatalError(system_error_message("creating", "pipe", errno));
  read_end_ = FileDescriptor(ends[0], "stderr");
  FileDescriptor write_end(ends[1], "stderr");
  original_ = FileDescriptor(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), "stderr");
  ::dup2(write_end.get(), STDERR_FILENO);
  reader_ = std::jthread([this, log = std::move(log)] { read_lines(log); });
}

StderrCapture::~StderrCapture() {
  // Replaces the pipe's last write end, which ends the reader.
  if (original_) {
    ::dup2(original_.get(), STDERR_FILENO);
  } else {
    ::close(STDERR_FILENO);
  }
  reader_.join();
}

void StderrCapture::read_lines(const LogSink& log) {
  std::string pending;
  std::array<char, 4096> chunk{};
  while (true) {
    const ssize_t n = ::read(read_end_.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    pending.append(chunk.data(), static_cast<std::size_t>(n));
    for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
      log(LogLevel::debug, "library: " + pending.substr(0, end));
    }
  }
  if (!pending.empty()) log(LogLevel::debug, "library: " + pending);
}

}  // namespace vit_embed
