#include "encoder/torchscript_foreign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "support/expected_tokens.h"

// tests/data/traces: TorchScript as Python users bring it. NAME.npy is what the module gives in Python; what
// has none, "bad-...", cannot work.

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kTraces = VIT_EMBED_TEST_DATA "/traces";
constexpr ImageSize kSize{32, 32};

std::vector<std::string> working_traces() {
  return expected_names(kTraces);
}

class ForeignModel : public testing::Test {
 protected:
  std::unique_ptr<Encoder> load(const std::string& name, ImageSize size = kSize) {
    Preprocessing preprocessing;
    preprocessing.image_size = size;
    return load_foreign_model(kTraces / (name + ".pt"), preprocessing, {},
                              [this](LogLevel, std::string_view text) { messages_.emplace_back(text); })
        .encoder;
  }

  void expect_refused(const std::string& name, auto... reasons) {
    EXPECT_THAT([&] { load(name); },
                ThrowsMessage<FatalError>(AllOf(HasSubstr(name + ".pt'"), HasSubstr(reasons)...)));
  }

  std::vector<std::string> messages_;
};

class WorkingTrace : public ForeignModel, public testing::WithParamInterface<std::string> {};

TEST_P(WorkingTrace, GivesWhatItGivesInPython) {
  const auto encoder = load(GetParam());
  const ModelDescription& description = encoder->description();
  EXPECT_TRUE(description.foreign);
  const bool pooler =
      GetParam().find("tensor") == std::string::npos && GetParam().find("logits") == std::string::npos;
  EXPECT_EQ(description.pooler, pooler);
  EXPECT_LT(largest_difference_from(kTraces / (GetParam() + ".npy"), *encoder, kSize, pooler), 1e-5F);
}

INSTANTIATE_TEST_SUITE_P(Python, WorkingTrace, testing::ValuesIn(working_traces()), test_name);

TEST(WorkingTraces, AreAllThere) {
  EXPECT_EQ(working_traces().size(), 17U);
}

TEST_F(ForeignModel, SaysInOneLineWhatItTookItFor) {
  load("torch2.14-tokens-and-logits");
  EXPECT_THAT(messages_,
              testing::ElementsAre(AllOf(HasSubstr("last_hidden_state [5, 16] is output '0'"),
                                         HasSubstr("there is no pooler_output"),
                                         HasSubstr("not used: '1' [10]"), HasSubstr("resized to 32x32"))));
}

TEST_F(ForeignModel, NeedNotBeAVit) {
  const auto encoder = load("not-a-vit", {48, 64});
  EXPECT_EQ(encoder->description().num_tokens, 6 * 8 + 1);
  EXPECT_EQ(encoder->description().hidden_size, 12);
}

TEST_F(ForeignModel, IsKnownByTheHashOfItsFile) {
  const std::string sha256 = load("not-a-vit")->description().weights_sha256;
  EXPECT_EQ(sha256.size(), 64U);
  EXPECT_NE(sha256, load("torch1.13-v4-tuple")->description().weights_sha256);
}

TEST_F(ForeignModel, OfAnotherImageSizeIsToldHowToSayIt) {
  EXPECT_THAT(
      [&] {
        load("torch2.14-v5-sdpa-tuple", {224, 224});
      },
      ThrowsMessage<FatalError>(AllOf(HasSubstr("does not take pixel_values [1, 3, 224, 224]"),
                                      HasSubstr("say so with --image-size"))));
}

TEST_F(ForeignModel, WithoutLastHiddenStateIsRefused) {
  expect_refused("bad-logits", "none of its outputs is a last_hidden_state", "'0' [2, 10]",
                 "trace a module that returns (last_hidden_state, pooler_output)");
}

TEST_F(ForeignModel, TracedForAFixedBatchIsRefused) {
  expect_refused("bad-fixed-batch", "works for a batch of 2 images and fails for 1", "trace it again");
}

TEST_F(ForeignModel, OfHalfPrecisionIsRefused) {
  expect_refused("bad-half", "its weights are Half, not float32", "model.float()");
}

TEST_F(ForeignModel, WithAnUnknownOperatorNamesIt) {
  expect_refused("bad-unknown-op", "torchvision::nms", "trace the model without it");
}

TEST_F(ForeignModel, MadeForAGpuIsRefused) {
  expect_refused("bad-cuda", "made for a GPU", "model.cpu()");
}

TEST_F(ForeignModel, TracedInTrainingModeIsRefused) {
  expect_refused("bad-training", "another result for the same image in another batch", "model.eval()");
}

TEST_F(ForeignModel, IsRefusedOnAnotherDevice) {
  EXPECT_THAT([&] { load_foreign_model(kTraces / "not-a-vit.pt", {}, {.device = "cuda"}, {}); },
              ThrowsMessage<FatalError>(HasSubstr("device 'cuda' is not supported: only cpu")));
}

}  // namespace
}  // namespace vit_embed
