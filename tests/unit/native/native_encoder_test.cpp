#include "encoder/native_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "encoder/native_forward.h"
#include "hub/snapshot.h"
#include "native/test_instruction_set.h"
#include "support/golden.h"

namespace vit_embed {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// What a snapshot gives, as the native engine wants it.
class SnapshotWeights : public NativeWeights {
 public:
  explicit SnapshotWeights(const WeightSource& source) : source_(source) {}
  void read(const Parameter& parameter, std::span<float> values) const override {
    const Weights weights = source_.read(parameter);
    std::ranges::copy(weights.values, values.begin());
  }

 private:
  const WeightSource& source_;
};

std::unique_ptr<Encoder> make_encoder(const Snapshot& snapshot, const EncoderOptions& options) {
  ModelMetadata metadata;
  metadata.architecture = snapshot.architecture;
  metadata.preprocessing = snapshot.preprocessing;
  return make_native_encoder(snapshot.architecture, SnapshotWeights(*snapshot.weights), describe(metadata),
                             options);
}

/// bf16 on a processor that has AVX-512 but does not multiply bfloat16: oneDNN emulates it, which gives the
/// same numbers, too slowly for a user. CLS only.
class EmulatedBf16 : public Encoder {
 public:
  EmulatedBf16(const Snapshot& snapshot, int num_threads)
      : model_(pack_model(snapshot.architecture, Precision::bf16, SnapshotWeights(*snapshot.weights),
                          num_threads)),
        forward_(model_, 3, num_threads) {}

  const ModelDescription& description() const override { return description_; }
  std::string engine() const override { return "native"; }
  InstructionSet instruction_set() const override { return test_instruction_set(); }
  void encode(std::span<const float> pixel_values, std::size_t batch_size,
              std::span<const FeatureOutput> outputs) override {
    const std::size_t image = pixel_values.size() / batch_size;
    for (std::size_t first = 0; first < batch_size; first += 3) {
      const std::size_t count = std::min(batch_size - first, std::size_t{3});
      const auto cls = forward_.run(pixel_values.subspan(first * image, count * image), count, true);
      std::ranges::copy(cls,
                        outputs[0].values.begin() + static_cast<std::ptrdiff_t>(first * cls.size() / count));
    }
  }

 private:
  PackedModel model_;
  NativeForward forward_;
  ModelDescription description_;
};

std::unique_ptr<Encoder> golden_encoder(Precision precision, int num_threads = 2) {
  const Snapshot snapshot = open_snapshot(kGolden / "tiny-vit", [](LogLevel, std::string_view) {});
  if (precision == Precision::bf16 && test_instruction_set() < InstructionSet::avx512_bf16)
    return std::make_unique<EmulatedBf16>(snapshot, num_threads);
  return make_encoder(
      snapshot,
      {.device = "cpu", .num_threads = num_threads, .precision = precision, .isa = test_instruction_set()});
}

constexpr std::size_t kHiddenSize = 64;
constexpr std::size_t kTokens = 197;
constexpr std::size_t kPixelValues = std::size_t{3} * 224 * 224;

const std::vector<float>& golden_pixel_values() {
  static const std::vector<float> all = [] {
    std::vector<float> values;
    for (const std::string& name : golden_names()) append_golden_pixel_values(name, values);
    return values;
  }();
  return all;
}

/// `feature` of the images at these places of the golden list, in batches.
std::vector<float> encode(Encoder& encoder, Feature feature, const std::vector<std::size_t>& images,
                          std::size_t batch_size) {
  const std::size_t row_size = feature == Feature::tokens ? kTokens * kHiddenSize : kHiddenSize;
  std::vector<float> rows(images.size() * row_size);
  for (std::size_t first = 0; first < images.size(); first += batch_size) {
    const std::size_t count = std::min(batch_size, images.size() - first);
    std::vector<float> pixel_values;
    for (std::size_t i = first; i < first + count; ++i) {
      const auto begin =
          golden_pixel_values().begin() + static_cast<std::ptrdiff_t>(images[i] * kPixelValues);
      pixel_values.insert(pixel_values.end(), begin, begin + kPixelValues);
    }
    const FeatureOutput output{feature, std::span(rows).subspan(first * row_size, count * row_size)};
    encoder.encode(pixel_values, count, {&output, 1});
  }
  return rows;
}

std::vector<std::size_t> all_images() {
  std::vector<std::size_t> images(golden_names().size());
  std::iota(images.begin(), images.end(), 0);
  return images;
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  float largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::isnan(a[i]) ? INFINITY : std::abs(a[i] - b[i]));
  }
  return largest;
}

double smallest_cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double smallest = 1;
  for (std::size_t row = 0; row < a.size(); row += kHiddenSize) {
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t i = row; i < row + kHiddenSize; ++i) {
      dot += double{a[i]} * double{b[i]};
      aa += double{a[i]} * double{a[i]};
      bb += double{b[i]} * double{b[i]};
    }
    smallest = std::min(smallest, dot / std::sqrt(aa * bb));
  }
  return smallest;
}

TEST(NativeEncoder, GivesTransformersEmbeddings) {
  const auto encoder = golden_encoder(Precision::fp32);
  EXPECT_EQ(encoder->engine(), "native");
  EXPECT_EQ(encoder->instruction_set(), test_instruction_set());
  const auto cls = golden_array("expected-cls.npy");
  const auto pooler = golden_array("expected-pooler.npy");
  EXPECT_LT(largest_difference(encode(*encoder, Feature::cls, all_images(), 8), cls), 1e-4F);
  EXPECT_LT(largest_difference(encode(*encoder, Feature::pooler, all_images(), 8), pooler), 1e-4F);
  EXPECT_LT(largest_difference(encode(*encoder, Feature::tokens, {0, 1, 2, 3}, 3),
                               golden_array("expected-last-hidden-state-first4.npy")),
            1e-4F);
}

TEST(NativeEncoder, GivesTheMeanOfThePatchTokens) {
  const auto encoder = golden_encoder(Precision::fp32);
  const auto tokens = encode(*encoder, Feature::tokens, {0, 5}, 2);
  const auto mean = encode(*encoder, Feature::mean, {0, 5}, 2);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    double sum = 0;
    for (std::size_t token = 1; token < kTokens; ++token) {
      sum += double{tokens[(i / kHiddenSize * kTokens + token) * kHiddenSize + i % kHiddenSize]};
    }
    EXPECT_NEAR(mean[i], sum / (kTokens - 1), 1e-5);
  }
}

TEST(NativeEncoder, GivesClsAndPoolerWithAndWithoutTheOtherTokens) {
  const auto encoder = golden_encoder(Precision::fp32);
  const std::span pixel_values = std::span(golden_pixel_values()).first(kPixelValues);
  std::vector<float> cls(kHiddenSize), alone(kHiddenSize), pooler(kHiddenSize), tokens(kTokens * kHiddenSize);
  const std::array outputs{FeatureOutput{Feature::pooler, pooler}, FeatureOutput{Feature::cls, cls},
                           FeatureOutput{Feature::tokens, tokens}};
  encoder->encode(pixel_values, 1, outputs);
  const FeatureOutput only_cls{Feature::cls, alone};
  encoder->encode(pixel_values, 1, {&only_cls, 1});
  EXPECT_EQ(cls, std::vector(tokens.begin(), tokens.begin() + kHiddenSize));
  EXPECT_LT(largest_difference(cls, alone), 1e-5F);
}

class NativePrecision : public testing::TestWithParam<Precision> {
 protected:
  void SetUp() override {
    const bool emulated = GetParam() == Precision::bf16 && test_instruction_set() >= InstructionSet::avx512;
    const std::string reason = reason_against(GetParam(), test_instruction_set());
    if (!reason.empty() && !emulated) GTEST_SKIP() << reason;
  }
};

TEST_P(NativePrecision, StaysCloseToFp32) {
  const auto expected = golden_array("expected-cls.npy");
  const auto rows = encode(*golden_encoder(GetParam()), Feature::cls, all_images(), 4);
  EXPECT_GT(smallest_cosine(rows, expected), GetParam() == Precision::int8 ? 0.995 : 0.9995);
  EXPECT_EQ(GetParam() == Precision::fp32, largest_difference(rows, expected) < 1e-4F);
}

TEST_P(NativePrecision, GivesTheSameBytesForAnImageAtAnyBatchThreadsAndOrder) {
  const auto expected = encode(*golden_encoder(GetParam(), 1), Feature::cls, all_images(), 1);
  for (const int num_threads : {1, 2, 3, 8, 16}) {
    const auto encoder = golden_encoder(GetParam(), num_threads);
    for (const std::size_t batch_size : {1, 2, 7, 32}) {
      const auto rows = encode(*encoder, Feature::cls, all_images(), batch_size);
      EXPECT_TRUE(rows == expected) << num_threads << " threads, batch " << batch_size;
    }
    std::vector<std::size_t> backwards = all_images();
    std::reverse(backwards.begin(), backwards.end());
    const auto reversed = encode(*encoder, Feature::cls, backwards, 5);
    for (std::size_t i = 0; i < backwards.size(); ++i) {
      EXPECT_EQ(std::memcmp(&reversed[i * kHiddenSize], &expected[backwards[i] * kHiddenSize],
                            kHiddenSize * sizeof(float)),
                0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, NativePrecision,
                         testing::Values(Precision::fp32, Precision::bf16, Precision::int8),
                         [](const auto& param_info) { return std::string(to_string(param_info.param)); });

TEST(NativeEncoder, RefusesAPrecisionThatTheProcessorDoesNotMultiply) {
  EXPECT_EQ(reason_against(Precision::fp32, InstructionSet::baseline), "");
  EXPECT_EQ(reason_against(Precision::int8, InstructionSet::avx512_vnni), "");
  EXPECT_EQ(reason_against(Precision::bf16, InstructionSet::amx), "");
  EXPECT_THAT(reason_against(Precision::int8, InstructionSet::avx512), HasSubstr("needs AVX512-VNNI"));
  EXPECT_THAT(reason_against(Precision::bf16, InstructionSet::avx512_vnni),
              HasSubstr("needs AVX512-BF16 or AMX, and there is avx512-vnni"));
  const Snapshot snapshot = open_snapshot(kGolden / "tiny-vit", [](LogLevel, std::string_view) {});
  for (const Precision precision : {Precision::bf16, Precision::int8}) {
    const std::string reason = reason_against(precision, test_instruction_set());
    const EncoderOptions options{
        .device = "cpu", .num_threads = 1, .precision = precision, .isa = test_instruction_set()};
    if (reason.empty()) {
      EXPECT_NO_THROW(make_encoder(snapshot, options));
    } else {
      EXPECT_THAT([&] { make_encoder(snapshot, options); }, ThrowsMessage<FatalError>(reason));
    }
  }
}

TEST(NativeEncoder, RefusesSpansOfTheWrongSizeAndOtherDevices) {
  const auto encoder = golden_encoder(Precision::fp32);
  std::vector<float> row(7);
  const FeatureOutput output{Feature::cls, row};
  const std::span pixel_values = std::span(golden_pixel_values()).first(kPixelValues);
  EXPECT_THROW(encoder->encode(pixel_values, 1, {&output, 1}), std::invalid_argument);
  EXPECT_THROW(encoder->encode(pixel_values, 2, {}), std::invalid_argument);
  EXPECT_THAT(
      [] { make_encoder(random_snapshot({}, 1, [](LogLevel, std::string_view) {}), {.device = "cuda"}); },
      ThrowsMessage<FatalError>(HasSubstr("device 'cuda' is not supported: only cpu")));
}

}  // namespace
}  // namespace vit_embed
