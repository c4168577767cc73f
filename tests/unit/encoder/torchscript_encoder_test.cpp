#include "encoder/torchscript_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "base/error.h"
#include "support/exported_model.h"
#include "support/golden.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::size_t kHiddenSize = 64;
constexpr std::size_t kTokens = 197;

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  float largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::isnan(a[i]) ? INFINITY : std::abs(a[i] - b[i]));
  }
  return largest;
}

/// The golden model, exported once for all of these tests.
class GoldenEncoder : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const TemporaryDirectory directory;
    export_snapshot(open_snapshot(kGolden / "tiny-vit", [](LogLevel, std::string_view) {}),
                    directory / "tiny.pt");
    encoder_ = load_torchscript_encoder(directory / "tiny.pt", {.num_threads = 2});
  }
  static void TearDownTestSuite() { encoder_.reset(); }

  /// `feature` of every golden image, `row_size` numbers each.
  static std::vector<float> encode_all(Feature feature, std::size_t batch_size,
                                       std::size_t row_size = kHiddenSize) {
    std::vector<float> rows;
    std::vector<float> pixel_values;
    std::size_t count = 0;
    const auto names = golden_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
      append_golden_pixel_values(names[i], pixel_values);
      if (++count < batch_size && i + 1 < names.size()) continue;
      rows.resize(rows.size() + count * row_size);
      const FeatureOutput output{feature, std::span(rows).last(count * row_size)};
      encoder_->encode(pixel_values, count, {&output, 1});
      pixel_values.clear();
      count = 0;
    }
    return rows;
  }

  static std::unique_ptr<Encoder> encoder_;
};

std::unique_ptr<Encoder> GoldenEncoder::encoder_;

TEST_F(GoldenEncoder, GivesTransformersClsAtAnyBatchSize) {
  const auto expected = golden_array("expected-cls.npy");
  EXPECT_LT(largest_difference(encode_all(Feature::cls, 1), expected), 1e-4F);
  EXPECT_LT(largest_difference(encode_all(Feature::cls, 8), expected), 1e-4F);
}

TEST_F(GoldenEncoder, GivesTransformersPoolerOutputAtAnyBatchSize) {
  const auto expected = golden_array("expected-pooler.npy");
  EXPECT_LT(largest_difference(encode_all(Feature::pooler, 1), expected), 1e-4F);
  EXPECT_LT(largest_difference(encode_all(Feature::pooler, 8), expected), 1e-4F);
}

TEST_F(GoldenEncoder, GivesTransformersLastHiddenState) {
  auto tokens = encode_all(Feature::tokens, 8, kTokens * kHiddenSize);
  tokens.resize(4 * kTokens * kHiddenSize);
  EXPECT_LT(largest_difference(tokens, golden_array("expected-last-hidden-state-first4.npy")), 1e-4F);
}

TEST_F(GoldenEncoder, GivesTheMeanOfThePatchTokens) {
  const auto tokens = golden_array("expected-last-hidden-state-first4.npy");
  std::vector<float> expected(4 * kHiddenSize);
  for (std::size_t image = 0; image < 4; ++image) {
    for (std::size_t token = 1; token < kTokens; ++token) {
      for (std::size_t i = 0; i < kHiddenSize; ++i) {
        expected[image * kHiddenSize + i] +=
            tokens[(image * kTokens + token) * kHiddenSize + i] / (kTokens - 1);
      }
    }
  }
  auto mean = encode_all(Feature::mean, 4);
  mean.resize(expected.size());
  EXPECT_LT(largest_difference(mean, expected), 1e-4F);
}

TEST_F(GoldenEncoder, GivesSeveralFeaturesAtOnce) {
  std::vector<float> pixel_values, cls(kHiddenSize), pooler(kHiddenSize), tokens(kTokens * kHiddenSize);
  append_golden_pixel_values(golden_names()[0], pixel_values);
  const std::array outputs{FeatureOutput{Feature::pooler, pooler}, FeatureOutput{Feature::cls, cls},
                           FeatureOutput{Feature::tokens, tokens}};
  encoder_->encode(pixel_values, 1, outputs);
  EXPECT_EQ(cls, std::vector(tokens.begin(), tokens.begin() + kHiddenSize));
  auto expected = golden_array("expected-pooler.npy");
  expected.resize(kHiddenSize);
  EXPECT_LT(largest_difference(pooler, expected), 1e-4F);
}

TEST_F(GoldenEncoder, RunsOnAThreadOtherThanTheOneThatLoadedIt) {
  std::vector<float> rows;
  std::jthread([&] { rows = encode_all(Feature::cls, 8); }).join();
  EXPECT_LT(largest_difference(rows, golden_array("expected-cls.npy")), 1e-4F);
}

/// Models of random weights that differ in their architecture.
class SmallEncoder : public testing::Test {
 protected:
  std::unique_ptr<Encoder> load(const Architecture& architecture) const {
    export_snapshot(small_snapshot(architecture), directory_ / "small.pt");
    return load_torchscript_encoder(directory_ / "small.pt", {});
  }

  std::vector<float> cls(const Architecture& architecture) const {
    const std::vector<float> pixel_values(3 * 32 * 32, 0.5F);
    std::vector<float> row(architecture.hidden_size);
    const FeatureOutput output{Feature::cls, row};
    load(architecture)->encode(pixel_values, 1, {&output, 1});
    return row;
  }

  TemporaryDirectory directory_;
};

TEST_F(SmallEncoder, WithoutPoolerNamesTheFeatureItLacks) {
  Architecture without = small_architecture();
  without.pooler = false;
  const auto encoder = load(without);
  const std::vector<float> pixel_values(3 * 32 * 32);
  std::vector<float> row(8);
  const FeatureOutput output{Feature::pooler, row};
  EXPECT_THAT(
      [&] {
        encoder->encode(pixel_values, 1, {&output, 1});
      },
      ThrowsMessage<FatalError>(HasSubstr("feature 'pooler' is not in this model")));
  EXPECT_THAT(cls(without), Each(testing::Truly([](float x) { return std::isfinite(x); })));
}

TEST_F(SmallEncoder, RunsEveryActivation) {
  for (const char* hidden_act : {"gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu"}) {
    Architecture other = small_architecture();
    other.hidden_act = hidden_act;
    EXPECT_THAT(cls(other), Each(testing::Truly([](float x) { return std::isfinite(x); }))) << hidden_act;
    EXPECT_NE(cls(other), cls(small_architecture())) << hidden_act;
  }
}

TEST_F(SmallEncoder, RunsWithoutQkvBias) {
  Architecture without = small_architecture();
  without.qkv_bias = false;
  EXPECT_THAT(cls(without), Each(testing::Truly([](float x) { return std::isfinite(x); })));
}

TEST_F(SmallEncoder, IsRefusedOnAnotherDevice) {
  EXPECT_THAT([&] { load_torchscript_encoder(directory_ / "small.pt", {.device = "cuda"}); },
              ThrowsMessage<FatalError>(HasSubstr("device 'cuda' is not supported: only cpu")));
}

TEST_F(SmallEncoder, RefusesSpansOfTheWrongSize) {
  const auto encoder = load(small_architecture());
  const std::vector<float> pixel_values(3 * 32 * 32);
  std::vector<float> row(7);
  const FeatureOutput output{Feature::cls, row};
  EXPECT_THROW(encoder->encode(pixel_values, 1, {&output, 1}), std::invalid_argument);
  EXPECT_THROW(encoder->encode(pixel_values, 2, {}), std::invalid_argument);
}

}  // namespace
}  // namespace vit_embed
