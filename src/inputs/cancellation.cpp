#include "inputs/cancellation.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace vit_embed {

Cancellation::Cancellation() : event_(::eventfd(0, EFD_CLOEXEC), "eventfd") {
  if (!event_) throw FatalError(system_error_message("creating", "eventfd", errno));
}

void Cancellation::request() {
  ::eventfd_write(event_.get(), 1);
}

bool Cancellation::requested() const {
  pollfd event{event_.get(), POLLIN, 0};
  return ::poll(&event, 1, 0) > 0;
}

bool Cancellation::wait_readable(const FileDescriptor& file) const {
  std::array<pollfd, 2> fds{{{file.get(), POLLIN, 0}, {event_.get(), POLLIN, 0}}};
  while (::poll(fds.data(), fds.size(), -1) < 0) {
    if (errno != EINTR) throw FatalError(system_error_message("waiting for", file.path(), errno));
  }
  return fds[1].revents == 0;
}

}  // namespace vit_embed
