#include "cli/bus_error.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

#include "cli/exit_code.h"

namespace vit_embed {
namespace {

constexpr std::string_view kMessage =
    "vit-embed: error: a file that was being read was cut short, or its disk failed\n";

int stderr_of_start = -1;  // not what a StderrCapture puts in its place

/// Only what is safe in a signal handler. The thread cannot go on, and no other can be waited for.
void end_with_message(int signal, siginfo_t* info, void*) {
  if (info->si_code != BUS_ADRERR) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
    return;
  }
  [[maybe_unused]] const ssize_t written = ::write(stderr_of_start, kMessage.data(), kMessage.size());
  ::_exit(kExitNothing);
}

}  // namespace

void report_bus_errors() {
  stderr_of_start = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  struct sigaction action {};
  action.sa_sigaction = end_with_message;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
}

}  // namespace vit_embed
