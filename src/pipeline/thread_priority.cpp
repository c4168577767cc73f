#include "pipeline/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace vit_embed {
namespace {

/// A core that two threads want is shared 9 to 1 between nice values that far apart; where the other sleeps,
/// the thread has it all.
constexpr int kStep = 10;

}  // namespace

int thread_niceness() {
  return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
}

void yield_to_other_threads() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), thread_niceness() + kStep);
}

}  // namespace vit_embed
