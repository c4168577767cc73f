#include "pipeline/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>
#include <random>
#include <semaphore>

#include "fake_model.h"
#include "formats/digest.h"
#include "pipeline/thread_priority.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using namespace std::chrono_literals;

/// Images by their text, as many as are given; counts what was taken.
class TextInputs : public InputStream {
 public:
  explicit TextInputs(std::vector<std::string> texts) : texts_(std::move(texts)) {}

  std::optional<Input> next() override {
    if (taken_ == throws_at_) throw FatalError("the list broke");
    if (taken_ == texts_.size()) return std::nullopt;
    const std::string& text = texts_[taken_];
    auto bytes = std::make_shared<std::vector<std::byte>>(text.size());
    std::ranges::transform(text, bytes->begin(), [](char c) { return static_cast<std::byte>(c); });
    std::unique_ptr<ByteSource> source = std::make_unique<MemorySource>(std::move(bytes));
    if (text == "gone") source = std::make_unique<FailedSource>("it is gone");
    return Input{"#" + std::to_string(taken_++), std::move(source)};
  }

  std::atomic<std::size_t> taken_ = 0;
  std::size_t throws_at_ = std::numeric_limits<std::size_t>::max();

 private:
  std::vector<std::string> texts_;
};

class Collector : public BatchWriter {
 public:
  void write(const EmbeddedBatch& batch) override {
    if (before_) before_();
    if (batches_.size() == throws_at_) throw FatalError("the disk is full");
    batches_.push_back(batch);
  }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const EmbeddedBatch& batch : batches_) {
      for (const BatchEntry& entry : batch.entries) all.push_back(entry.name);
    }
    return all;
  }

  std::vector<EmbeddedBatch> batches_;
  std::size_t throws_at_ = std::numeric_limits<std::size_t>::max();
  std::function<void()> before_;
};

std::vector<std::string> numbers(int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) texts.push_back(std::to_string(i));
  return texts;
}

std::string sha256_of(std::string_view text) {
  Sha256 sha;
  sha.update(text);
  return sha.digest();
}

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() {
    options_.batch_size = 4;
    options_.features = {Feature::cls};
  }

  void run(TextInputs& inputs, std::stop_token stop = {}) {
    run_pipeline(inputs, model_, options_, written_, stop);
  }
  void run(std::vector<std::string> texts) {
    TextInputs inputs(std::move(texts));
    run(inputs);
  }

  std::string error_of(TextInputs& inputs) {
    try {
      run(inputs);
    } catch (const std::exception& e) {
      return e.what();
    }
    return "no error";
  }

  /// One string a batch: the first number of each row, "!" for a failure, "=" for what was embedded before.
  std::vector<std::string> outcomes() const {
    std::vector<std::string> all;
    for (const EmbeddedBatch& batch : written_.batches_) {
      std::string text;
      std::size_t row = 0;
      for (const BatchEntry& entry : batch.entries) {
        if (!text.empty()) text += " ";
        if (entry.embedded_before)
          text += "=";
        else
          text += entry.failure ? "!" : std::to_string(std::lround(batch.rows[0][3 * row++]));
      }
      EXPECT_EQ(batch.rows[0].size(), 3 * row);
      all.push_back(text);
    }
    return all;
  }

  FakeModel model_;
  PipelineOptions options_;
  Collector written_;
};

TEST_F(PipelineTest, KeepsTheOrderWithManyThreadsAndRandomDelays) {
  options_.decode_threads = 8;
  model_.delay_ = [](const std::string& text) {
    return std::chrono::microseconds(std::hash<std::string>{}(text) % 500);
  };
  run(numbers(403));
  std::vector<std::string> names;
  for (int i = 0; i < 403; ++i) names.push_back("#" + std::to_string(i));
  EXPECT_EQ(written_.names(), names);
  int image = 0;
  for (const EmbeddedBatch& batch : written_.batches_) {
    ASSERT_EQ(batch.rows[0].size(), 3 * batch.entries.size());
    for (std::size_t k = 0; k < batch.rows[0].size(); ++k) {
      ASSERT_EQ(batch.rows[0][k], FakeModel::row_value(image + static_cast<int>(k / 3), Feature::cls, k % 3));
    }
    image += static_cast<int>(batch.entries.size());
  }
}

TEST_F(PipelineTest, CutsBatchesAtFixedPositionsWhateverFails) {
  run({"0", "bad", "2", "3", "bad", "gone", "oom", "bad", "8", "9", "10", "bad", "12"});
  EXPECT_THAT(outcomes(), ElementsAre("0 ! 2 3", "! ! ! !", "8 9 10 !", "12"));
  EXPECT_THAT(model_.batches_, ElementsAre(ElementsAre(0, 2, 3), ElementsAre(8, 9, 10), ElementsAre(12)))
      << "a forward of no image was run, or a batch was filled up with what is not its own";
}

TEST_F(PipelineTest, AFailureMayStandAtAnyPosition) {
  for (std::size_t at = 0; at < 6; ++at) {
    std::vector<std::string> texts = numbers(6);
    texts[at] = "bad";
    written_.batches_.clear();
    run(texts);
    std::vector<std::string> expected{"0 1 2 3", "4 5"};
    expected[at / 4][2 * (at % 4)] = '!';
    EXPECT_EQ(outcomes(), expected);
  }
}

TEST_F(PipelineTest, SaysWhyAnInputFailed) {
  run({"bad", "gone", "oom", "1"});
  const std::vector<BatchEntry>& entries = written_.batches_.at(0).entries;
  EXPECT_EQ(entries[0].failure->kind, FailureKind::permanent);
  EXPECT_EQ(entries[0].failure->reason, "not a number: bad");
  EXPECT_EQ(entries[0].identity, (FileIdentity{3, 0})) << "it was read before it failed";
  EXPECT_EQ(entries[1].failure->kind, FailureKind::transient);
  EXPECT_EQ(entries[1].failure->reason, "it is gone");
  EXPECT_EQ(entries[2].failure->kind, FailureKind::transient);
  EXPECT_THAT(entries[2].failure->reason, HasSubstr("memory"));
  EXPECT_FALSE(entries[3].failure);
}

TEST_F(PipelineTest, WhatWasEmbeddedBeforeIsNotDecodedAndHasNoRow) {
  options_.decode_threads = 4;
  options_.is_embedded = [](const std::string& content) {
    return content == sha256_of("1") || content == sha256_of("bad") || content == sha256_of("6");
  };
  run({"0", "1", "2", "bad", "1", "1", "6", "bad", "gone", "oom", "6", "11"});
  EXPECT_THAT(outcomes(), ElementsAre("0 = 2 =", "= = = =", "! ! = 11"));
  EXPECT_THAT(model_.batches_, ElementsAre(ElementsAre(0, 2), ElementsAre(11)));
  EXPECT_EQ(model_.preprocessed_, 4u) << "0, 2, oom and 11";
  EXPECT_EQ(written_.batches_.at(0).entries[1].identity, (FileIdentity{1, 0}));
  EXPECT_FALSE(written_.batches_.at(0).entries[3].failure);
}

TEST_F(PipelineTest, TheContentIsTheShaOfWhatWasRead) {
  options_.is_embedded = [](const std::string& content) { return content == sha256_of("3"); };
  run({"0", "bad", "gone", "3"});
  const std::vector<BatchEntry>& entries = written_.batches_.at(0).entries;
  EXPECT_EQ(entries[0].content, sha256_of("0"));
  EXPECT_EQ(entries[1].content, sha256_of("bad")) << "it was read, and could not be decoded";
  EXPECT_EQ(entries[2].content, "") << "it was not read";
  EXPECT_EQ(entries[3].content, sha256_of("3"));
}

TEST_F(PipelineTest, NoContentIsHashedWhereNobodyAsks) {
  run({"0"});
  EXPECT_EQ(written_.batches_.at(0).entries[0].content, "");
}

TEST_F(PipelineTest, AnErrorOfWhoKnowsWhatIsEmbeddedEndsTheRun) {
  options_.decode_threads = 4;
  options_.is_embedded = [](const std::string& content) -> bool {
    if (content == sha256_of("50")) throw InputError(FailureKind::transient, "the store broke");
    return false;
  };
  TextInputs inputs(numbers(1000));
  EXPECT_EQ(error_of(inputs), "the store broke") << "it was taken for a failure of the image";
  EXPECT_THAT(written_.batches_.size(), Le(12u)) << "a batch behind the error was written";
}

TEST_F(PipelineTest, TakesNoInputsAndOneInput) {
  run(std::vector<std::string>{});
  EXPECT_THAT(written_.batches_, IsEmpty());
  run({"7"});
  EXPECT_THAT(outcomes(), ElementsAre("7"));
}

TEST_F(PipelineTest, TakesAFullLastBatchAndBatchesOfOne) {
  run(numbers(8));
  EXPECT_THAT(outcomes(), ElementsAre("0 1 2 3", "4 5 6 7"));
  written_.batches_.clear();
  options_.batch_size = 1;
  run(numbers(30));
  EXPECT_EQ(written_.batches_.size(), 30u);
}

TEST_F(PipelineTest, GivesEveryFeatureInTheOrderAskedFor) {
  options_.features = {Feature::tokens, Feature::cls};
  run({"1", "bad", "3"});
  const EmbeddedBatch& batch = written_.batches_.at(0);
  ASSERT_EQ(batch.rows.size(), 2u);
  ASSERT_EQ(batch.rows[0].size(), 2u * 2 * 3);
  ASSERT_EQ(batch.rows[1].size(), 2u * 3);
  EXPECT_EQ(batch.rows[0][6 + 4], FakeModel::row_value(3, Feature::tokens, 4));
  EXPECT_EQ(batch.rows[1][3], FakeModel::row_value(3, Feature::cls, 0));
}

TEST_F(PipelineTest, HandsTheDecodeOptionsDown) {
  options_.decode.apply_exif_orientation = false;
  run({"5"});
  EXPECT_THAT(outcomes(), ElementsAre("-5"));
}

TEST_F(PipelineTest, NormalisesEveryRowAndOfTokensEveryToken) {
  options_.features = {Feature::tokens};
  options_.l2_normalize = true;
  run(numbers(5));
  for (const EmbeddedBatch& batch : written_.batches_) {
    for (std::size_t k = 0; k < batch.rows[0].size(); k += 3) {
      double sum = 0;
      for (std::size_t i = k; i < k + 3; ++i) sum += double{batch.rows[0][i]} * double{batch.rows[0][i]};
      EXPECT_NEAR(sum, 1, 1e-6);
    }
  }
}

TEST(L2Normalize, DividesByTheNormAndLeavesZeros) {
  std::vector<float> values{3, 4, 0, 0, 1e30f, 0};
  l2_normalize(values, 2);
  EXPECT_THAT(values, ElementsAre(0.6f, 0.8f, 0, 0, 1, 0));
  std::vector<float> nan{std::numeric_limits<float>::quiet_NaN(), 1};
  l2_normalize(nan, 2);
  EXPECT_TRUE(std::isnan(nan[0])) << "a NaN must not turn into a number";
}

TEST_F(PipelineTest, AnErrorOfTheListEndsTheRun) {
  TextInputs inputs(numbers(100));
  inputs.throws_at_ = 50;
  EXPECT_EQ(error_of(inputs), "the list broke");
  EXPECT_EQ(written_.names().size(), 50u) << "what was listed before is embedded";
}

TEST_F(PipelineTest, AnUnexpectedErrorInPreprocessEndsTheRun) {
  options_.decode_threads = 4;
  std::vector<std::string> texts = numbers(100);
  texts[50] = "bug";
  TextInputs inputs(texts);
  EXPECT_EQ(error_of(inputs), "a bug in preprocess");
  EXPECT_THAT(written_.batches_.size(), Le(12u)) << "a batch behind the error was written";
}

TEST_F(PipelineTest, AnErrorOfTheForwardEndsTheRun) {
  model_.on_encode_ = [](std::size_t n) {
    if (n == 3) throw FatalError("no forward");
  };
  TextInputs inputs(numbers(1000));
  EXPECT_EQ(error_of(inputs), "no forward");
  EXPECT_THAT(outcomes(), ElementsAre("0 1 2 3", "4 5 6 7")) << "what was embedded before it is written";
}

TEST_F(PipelineTest, AnErrorOfTheOutputEndsTheRun) {
  written_.throws_at_ = 2;
  TextInputs inputs(numbers(1000));
  EXPECT_EQ(error_of(inputs), "the disk is full");
  EXPECT_EQ(written_.batches_.size(), 2u);
  EXPECT_LE(inputs.taken_, 100u) << "it went on listing";
}

TEST_F(PipelineTest, OneErrorOfSeveralIsThrown) {
  written_.throws_at_ = 0;
  model_.on_encode_ = [](std::size_t n) {
    if (n == 2) throw FatalError("no forward");
  };
  TextInputs inputs(numbers(100));
  EXPECT_THAT(error_of(inputs), ::testing::AnyOf("the disk is full", "no forward"));
}

TEST_F(PipelineTest, AfterAStopTheForwardInHandIsWrittenAndTheRestDropped) {
  std::stop_source stop;
  model_.on_encode_ = [&stop](std::size_t n) {
    if (n == 3) stop.request_stop();
  };
  TextInputs inputs(numbers(1000));
  run(inputs, stop.get_token());
  EXPECT_THAT(outcomes(), ElementsAre("0 1 2 3", "4 5 6 7", "8 9 10 11"));
  EXPECT_EQ(model_.batches_.size(), 3u);
}

TEST_F(PipelineTest, AStopBeforeTheStartWritesNothing) {
  std::stop_source stop;
  stop.request_stop();
  TextInputs inputs(numbers(10));
  run(inputs, stop.get_token());
  EXPECT_THAT(written_.batches_, IsEmpty());
  EXPECT_EQ(inputs.taken_, 0u);
}

/// A batch that is short because the list was stopped in the middle of it is no batch of an uninterrupted
/// run.
TEST_F(PipelineTest, AStopInTheMiddleOfABatchLeavesNoShortBatch) {
  for (int at = 0; at < 30; ++at) {
    std::stop_source stop;
    model_.delay_ = [&stop, at](const std::string& text) {
      if (text == std::to_string(at)) stop.request_stop();
      return 100us;
    };
    written_.batches_.clear();
    TextInputs inputs(numbers(40));
    run(inputs, stop.get_token());
    for (const EmbeddedBatch& batch : written_.batches_) EXPECT_EQ(batch.entries.size(), 4u);
  }
}

TEST_F(PipelineTest, TakesInputsAheadOfTheOutputOnlyAHandfulOfBatches) {
  std::binary_semaphore release(0);
  bool released = false;
  written_.before_ = [&] {
    if (!std::exchange(released, true)) release.acquire();
  };
  TextInputs inputs(numbers(1000));
  auto running = std::async(std::launch::async, [&] { run(inputs); });
  std::size_t seen = 0;
  do {  // until nothing moves
    seen = inputs.taken_;
    EXPECT_EQ(running.wait_for(50ms), std::future_status::timeout);
  } while (inputs.taken_ != seen || seen < 4);
  EXPECT_EQ(inputs.taken_, 4 * 4u + 1) << "four batches in flight and one input that waits for a place";
  EXPECT_EQ(model_.preprocessed_, 4 * 4u);
  release.release();
  running.get();
  EXPECT_EQ(written_.batches_.size(), 250u);
}

/// An image that holds as much memory as it says, and counts how many of them there are.
class HeavySource : public ByteSource {
 public:
  HeavySource(std::uint64_t held, std::atomic<int>& alive) : held_(held), alive_(alive) { ++alive_; }
  ~HeavySource() override { --alive_; }
  FileIdentity identify() const override { return {1, 1}; }
  FileIdentity read(std::vector<std::byte>& bytes) const override {
    bytes.assign(1, std::byte{'7'});
    return identify();
  }
  std::uint64_t held_memory() const override { return held_; }

 private:
  std::uint64_t held_;
  std::atomic<int>& alive_;
};

class HeavyInputs : public InputStream {
 public:
  HeavyInputs(int count, std::uint64_t held) : remaining_(count), held_(held) {}
  std::optional<Input> next() override {
    if (remaining_ == 0) return std::nullopt;
    --remaining_;
    most_ = std::max<int>(most_, alive_);
    return Input{"x", std::make_unique<HeavySource>(held_, alive_)};
  }
  int most_ = 0;  ///< at once, before the next was made
  std::atomic<int> alive_ = 0;

 private:
  int remaining_;
  std::uint64_t held_;
};

TEST_F(PipelineTest, ImagesThatAreInMemoryWaitForOneAnother) {
  for (const auto& [mebibytes, most] : {std::pair{1000u, 1}, {100u, 2}, {50u, 5}}) {
    HeavyInputs inputs(40, std::uint64_t{mebibytes} << 20);
    model_.delay_ = [](const std::string&) { return 100us; };
    written_.batches_.clear();
    run_pipeline(inputs, model_, options_, written_, {});
    EXPECT_EQ(written_.batches_.size(), 10u) << "batches do not depend on it";
    EXPECT_LE(inputs.most_, most) << mebibytes;
    EXPECT_EQ(inputs.alive_, 0);
  }
}

TEST_F(PipelineTest, DecodesAtALowerPriorityThanItRunsTheForward) {
  const int before = thread_niceness();
  if (before >= 19) GTEST_SKIP() << "there is no lower one";
  std::atomic<int> decoding = before, in_forward = before;
  model_.delay_ = [&](const std::string&) {
    decoding = thread_niceness();
    return 0us;
  };
  model_.on_encode_ = [&](std::size_t) { in_forward = thread_niceness(); };
  run({"1"});
  EXPECT_GT(decoding, before);
  EXPECT_EQ(in_forward, before);
  EXPECT_EQ(thread_niceness(), before);
}

}  // namespace
}  // namespace vit_embed
