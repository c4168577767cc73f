#include "hub/retries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace vit_embed {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class RetriesTest : public testing::Test {
 protected:
  Retries retries() { return Retries(policy_, stop_.get_token(), log_); }

  const TransferError error_{TransferError::Kind::broken, "cut off"};
  RetryPolicy policy_{.attempts = 4, .first_wait = 1ms, .longest_wait = 3ms};
  std::stop_source stop_;
  std::vector<std::string> messages_;
  LogSink log_ = [this](LogLevel, std::string_view message) { messages_.emplace_back(message); };
};

TEST_F(RetriesTest, WaitTwiceAsLongEachTimeUpToALimitAndThenGiveUp) {
  Retries retries = this->retries();
  for (int i = 0; i < 3; ++i) retries.wait_after(error_);
  EXPECT_THAT(messages_, ElementsAre("cut off; trying again in 0.001 s", "cut off; trying again in 0.002 s",
                                     "cut off; trying again in 0.003 s"));
  EXPECT_THAT([&] { retries.wait_after(error_); }, ThrowsMessage<TransferError>(HasSubstr("cut off")));
}

TEST_F(RetriesTest, CountAnewAfterProgress) {
  Retries retries = this->retries();
  for (int i = 0; i < 10; ++i) {
    retries.note_progress();
    EXPECT_NO_THROW(retries.wait_after(error_));
  }
}

TEST_F(RetriesTest, WaitAsLongAsTheServerSaysUpToALimit) {
  policy_.longest_wait = 1500ms;
  Retries retries = this->retries();
  stop_.request_stop();  // the wait itself is not what is tested
  const auto wait = [&](std::chrono::seconds asked) {
    EXPECT_THROW(retries.wait_after(TransferError(TransferError::Kind::server, "busy", asked)), StoppedError);
  };
  wait(1s);
  wait(3600s);
  EXPECT_THAT(messages_, ElementsAre(HasSubstr("in 1 s"), HasSubstr("in 1.5 s")));
}

TEST_F(RetriesTest, AreNoneForWhatWillNotPass) {
  Retries retries = this->retries();
  EXPECT_THROW(retries.wait_after(TransferError(TransferError::Kind::permanent, "bad certificate")),
               TransferError);
  EXPECT_TRUE(messages_.empty());
}

TEST_F(RetriesTest, EndTheirWaitAtAStop) {
  policy_.first_wait = 1h;
  policy_.longest_wait = 1h;
  Retries retries = this->retries();
  const std::jthread stopper([this] {
    std::this_thread::sleep_for(20ms);
    stop_.request_stop();
  });
  EXPECT_THROW(retries.wait_after(error_), StoppedError);
}

}  // namespace
}  // namespace vit_embed
