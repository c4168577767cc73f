#include "base/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/error.h"

namespace vit_embed {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    struct sigaction action {};
    ::sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&set, signal);
  }
  return set;
}

FileDescriptor checked(int fd, const char* name) {
  if (fd < 0) throw FatalError(system_error_message("creating", name, errno));
  return FileDescriptor(fd, name);
}

bool wait_readable(std::span<pollfd> fds) {
  while (::poll(fds.data(), fds.size(), -1) < 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

InterruptWatch::InterruptWatch() {
  const sigset_t set = watched_signals();
  signals_ = checked(::signalfd(-1, &set, SFD_CLOEXEC), "signalfd");
  finished_ = checked(::eventfd(0, EFD_CLOEXEC), "eventfd");
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::jthread([this] { wait(); });
}

InterruptWatch::~InterruptWatch() {
  ::eventfd_write(finished_.get(), 1);
  waiter_.join();
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void InterruptWatch::wait() {
  std::array<pollfd, 2> fds{{{finished_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
  if (!wait_readable(fds) || (fds[0].revents & POLLIN) != 0) return;
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof(info)) != sizeof(info)) return;
  signal_ = static_cast<int>(info.ssi_signo);
  stop_source_.request_stop();
  // From here on this thread, the only one with the signals unblocked, takes the next one by its default
  // action.
  const sigset_t set = watched_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  wait_readable(std::span(fds).first(1));
}

}  // namespace vit_embed
