#include "base/interrupt.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace vit_embed {
namespace {

// Signals concern the whole process, so that each test has one of its own.
class InterruptWatchDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

/// Waits until `done()`, at most ten seconds.
template <class Condition>
bool comes_true(Condition done) {
  for (int i = 0; i < 10'000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

void exit_with(bool good) {
  std::_Exit(good ? 0 : 1);
}

bool stops_at(int signal) {
  const InterruptWatch watch;
  if (watch.signal() != 0 || watch.token().stop_requested()) return false;
  ::kill(::getpid(), signal);
  return comes_true([&watch] { return watch.token().stop_requested(); }) && watch.signal() == signal;
}

TEST_F(InterruptWatchDeathTest, TurnsTheFirstSignalIntoAStopRequest) {
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    EXPECT_EXIT(exit_with(stops_at(signal)), ::testing::ExitedWithCode(0), "");
  }
}

void send_twice(int first, int second) {
  const InterruptWatch watch;
  ::kill(::getpid(), first);
  comes_true([&watch] { return watch.token().stop_requested(); });
  ::kill(::getpid(), second);
  comes_true([] { return false; });
  std::_Exit(0);
}

TEST_F(InterruptWatchDeathTest, LetsASecondSignalEndTheProcess) {
  EXPECT_EXIT(send_twice(SIGINT, SIGINT), ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(send_twice(SIGTERM, SIGHUP), ::testing::KilledBySignal(SIGHUP), "");
}

bool ignores_hangup_but_not_termination() {
  std::signal(SIGHUP, SIG_IGN);
  const InterruptWatch watch;
  ::kill(::getpid(), SIGHUP);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  if (watch.token().stop_requested() || watch.signal() != 0) return false;
  ::kill(::getpid(), SIGTERM);
  return comes_true([&watch] { return watch.token().stop_requested(); }) && watch.signal() == SIGTERM;
}

TEST_F(InterruptWatchDeathTest, LeavesAnIgnoredSignalIgnored) {
  EXPECT_EXIT(exit_with(ignores_hangup_but_not_termination()), ::testing::ExitedWithCode(0), "");
}

void is_killed_after_the_watch() {
  { const InterruptWatch watch; }
  ::kill(::getpid(), SIGTERM);
  comes_true([] { return false; });
  std::_Exit(0);
}

TEST_F(InterruptWatchDeathTest, GivesTheSignalsBackWhenItEnds) {
  EXPECT_EXIT(is_killed_after_the_watch(), ::testing::KilledBySignal(SIGTERM), "");
}

/// A signal sent to one thread by name stays with that thread: it must be blocked there, too.
bool threads_started_later_have_the_signals_blocked() {
  const InterruptWatch watch;
  bool blocked = false;
  std::thread([&blocked] {
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    blocked = sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1 &&
              sigismember(&mask, SIGHUP) == 1;
  }).join();
  return blocked;
}

TEST_F(InterruptWatchDeathTest, IsWhereThreadsStartedLaterDoNotTakeSignals) {
  EXPECT_EXIT(exit_with(threads_started_later_have_the_signals_blocked()), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace vit_embed
