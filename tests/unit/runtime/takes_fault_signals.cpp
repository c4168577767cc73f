// A module that, when it is loaded, takes SIGBUS for itself, as UCX does.
#include <unistd.h>

#include <csignal>

namespace {

[[maybe_unused]] const auto before = std::signal(SIGBUS, [](int) { ::_exit(99); });

}  // namespace

extern "C" __attribute__((visibility("default"))) int answer() {
  return 42;
}
