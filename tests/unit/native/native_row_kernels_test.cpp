#include "encoder/native_row_kernels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "formats/float16.h"
#include "native/every_target.h"

namespace vit_embed {
namespace {

/// Lengths of no, some and many whole vectors, with and without a rest.
constexpr std::size_t kSizes[] = {1, 8, 15, 16, 33, 192, 1024};

std::vector<float> random_row(std::size_t size, float spread = 1, unsigned seed = 1) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0.3F, spread);
  std::vector<float> row(size);
  for (float& value : row) value = normal(engine);
  return row;
}

double exact_activation(Activation activation, double x) {
  switch (activation) {
    case Activation::gelu:
      return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0)));
    case Activation::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::quick_gelu:
      return x / (1 + std::exp(-1.702 * x));
    case Activation::relu:
      break;
  }
  return std::max(x, 0.0);
}

TEST(NativeRowKernels, LayerNormIsExactWithinRounding) {
  on_every_target([] {
    for (const std::size_t size : kSizes) {
      const auto x = random_row(size, 3), weight = random_row(size, 1, 2), bias = random_row(size, 1, 3);
      std::vector<float> y(size);
      layer_norm(x, weight, bias, 1e-6F, y);
      const double mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(size);
      double variance = 0;
      for (const float value : x) variance += (value - mean) * (value - mean) / static_cast<double>(size);
      for (std::size_t i = 0; i < size; ++i) {
        const double expected = (x[i] - mean) / std::sqrt(variance + 1e-6) * weight[i] + bias[i];
        ASSERT_NEAR(y[i], expected, 1e-5) << size << " " << i;
      }
    }
  });
}

TEST(NativeRowKernels, LayerNormOfLargeNumbersDoesNotCancel) {
  on_every_target([] {
    std::vector<float> x(256, 1e4F), ones(256, 1), zeros(256), y(256);
    for (std::size_t i = 0; i < x.size(); i += 2) x[i] += 1;
    layer_norm(x, ones, zeros, 1e-12F, y);
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(y[i], i % 2 == 0 ? 1 : -1, 1e-3);
  });
}

TEST(NativeRowKernels, ActivationsAreTransformersOwn) {
  std::vector<float> points;
  for (int i = -12000; i <= 12000; ++i) points.push_back(static_cast<float>(i) / 1000);
  for (const float far : {-1e4F, -100.0F, 100.0F, 1e4F}) points.push_back(far);
  for (const Activation activation :
       {Activation::gelu, Activation::gelu_tanh, Activation::quick_gelu, Activation::relu}) {
    on_every_target([&] {
      std::vector<float> y(points.size());
      activate(activation, points, y);
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double expected = exact_activation(activation, double{points[i]});
        ASSERT_NEAR(y[i], expected, 1e-6 + 2e-7 * std::abs(expected)) << points[i];
      }
    });
  }
}

TEST(NativeRowKernels, AddAddsEveryNumberAndTouchesNoOther) {
  on_every_target([] {
    for (const std::size_t size : {1, 7, 16, 100}) {
      std::vector<float> x(size), y(size + 1, 0.5F);
      for (std::size_t i = 0; i < size; ++i) x[i] = static_cast<float>(i) - 3;
      add(x, std::span(y).first(size));
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(y[i], x[i] + 0.5F) << size << " " << i;
      EXPECT_EQ(y[size], 0.5F);
    }
  });
}

TEST(NativeRowKernels, SumsSquares) {
  on_every_target([] {
    for (const std::size_t size : kSizes) {
      const auto x = random_row(size, 3);
      double expected = 0;
      for (const float value : x) expected += double{value} * value;
      ASSERT_NEAR(sum_of_squares(x), expected, 1e-6 * expected) << size;
    }
    EXPECT_EQ(sum_of_squares({}), 0);
    EXPECT_TRUE(std::isinf(sum_of_squares(std::vector<float>(20, 1e30F))));
  });
}

TEST(NativeRowKernels, WidensEveryFloat16Exactly) {
  std::vector<std::uint16_t> halves(1 << 16);
  std::iota(halves.begin(), halves.end(), std::uint16_t{0});
  on_every_target([&] {
    std::vector<float> floats(halves.size());
    widen_float16(halves, floats);
    for (std::size_t i = 0; i < halves.size(); ++i) {
      const float expected = from_float16(halves[i]);
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(floats[i])) << i;
      } else {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(floats[i]), std::bit_cast<std::uint32_t>(expected)) << i;
      }
    }
    std::vector<float> few(5, 7);
    widen_float16(std::span(halves).subspan(0x3C00, 3), std::span(few).first(3));
    EXPECT_EQ(few, (std::vector<float>{1, 1 + 0x1p-10F, 1 + 0x1p-9F, 7, 7}));
  });
}

float from_bf16(std::uint16_t half) {
  const std::uint32_t bits = std::uint32_t{half} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

TEST(NativeRowKernels, RoundsToBf16ToNearestAndTiesToEven) {
  // 1 + 2^-8 lies between 1 and 1 + 2^-7; so does 1 + 3 * 2^-8 between that and 1 + 2^-6.
  const std::vector<float> x{1.0F,
                             1.00390625F,
                             1.00390637F,
                             1.01171875F,
                             -1.00390625F,
                             3.0e-39F,
                             -0.0F,
                             3.4028e38F,
                             65504.0F,
                             1.00390613F,
                             std::numeric_limits<float>::infinity(),
                             std::numeric_limits<float>::quiet_NaN(),
                             2.5F,
                             -3.25F,
                             100.0F,
                             0.1F,
                             7.0F};
  const std::vector<std::uint16_t> expected{0x3F80, 0x3F80, 0x3F81, 0x3F82, 0xBF80, 0x0021,
                                            0x8000, 0x7F80, 0x4780, 0x3F80, 0x7F80, 0x7FC0,
                                            0x4020, 0xC050, 0x42C8, 0x3DCD, 0x40E0};
  on_every_target([&] {
    std::vector<std::uint16_t> y(x.size());
    round_to_bf16(x, y);
    EXPECT_EQ(y, expected);
    const auto row = random_row(1000);
    std::vector<std::uint16_t> rounded(row.size());
    round_to_bf16(row, rounded);
    for (std::size_t i = 0; i < row.size(); ++i) {
      ASSERT_NEAR(from_bf16(rounded[i]), row[i], std::abs(row[i]) / 256);
    }
  });
}

TEST(NativeRowKernels, QuantizedRowsAreHalfAStepOffAtMost) {
  on_every_target([] {
    for (const std::size_t size : kSizes) {
      for (const float offset : {0.0F, -5.0F, 5.0F}) {
        auto x = random_row(size, 2);
        for (float& value : x) value += offset;
        std::vector<std::uint8_t> q(size);
        const RowQuantization row = quantize(x, q);
        EXPECT_GE(row.zero_point, 0);
        EXPECT_LE(row.zero_point, 255);
        for (std::size_t i = 0; i < size; ++i) {
          // Half a step, and half of one where the zero point was rounded to the range's end.
          ASSERT_NEAR(row.scale * static_cast<float>(q[i] - row.zero_point), x[i], row.scale * 1.001F);
        }
      }
    }
  });
}

TEST(NativeRowKernels, QuantizedZerosAreZeros) {
  on_every_target([] {
    const std::vector<float> x(100);
    std::vector<std::uint8_t> q(100, 7);
    const RowQuantization row = quantize(x, q);
    for (const std::uint8_t value : q) EXPECT_EQ(value, row.zero_point);
    EXPECT_GT(row.scale, 0);
  });
}

TEST(NativeRowKernels, QuantizedWeightsAreHalfAStepOffAtMostAndTheirSumIsTold) {
  on_every_target([] {
    for (const std::size_t size : kSizes) {
      const auto x = random_row(size, 0.05F);
      std::vector<std::int8_t> q(size);
      const WeightQuantization column = quantize_weights(x, q);
      EXPECT_EQ(column.sum, std::accumulate(q.begin(), q.end(), 0));
      for (std::size_t i = 0; i < size; ++i) {
        ASSERT_GE(q[i], -127);
        ASSERT_NEAR(column.scale * static_cast<float>(q[i]), x[i], column.scale * 0.501F);
      }
    }
    std::vector<std::int8_t> zeros(20, 7);
    EXPECT_GT(quantize_weights(std::vector<float>(20), zeros).scale, 0);
    EXPECT_EQ(zeros, std::vector<std::int8_t>(20));
  });
}

TEST(NativeRowKernels, DequantizesAndAdds) {
  on_every_target([] {
    for (const std::size_t size : kSizes) {
      std::vector<std::int32_t> accumulators(size), sums(size);
      for (std::size_t i = 0; i < size; ++i) {
        accumulators[i] = 1'000'000 - 7'919 * static_cast<std::int32_t>(i);
        sums[i] = 300 * static_cast<std::int32_t>(i) - 5'000;
      }
      const auto scales = random_row(size, 0.01F), bias = random_row(size);
      const RowQuantization row{0.02F, 131};
      std::vector<float> y(size), more(size, 10.0F);
      dequantize(accumulators, row, {scales, sums, bias}, y);
      add_dequantized(accumulators, row, {scales, sums, bias}, more);
      for (std::size_t i = 0; i < size; ++i) {
        const double exact = double{row.scale} * scales[i] * (accumulators[i] - 131.0 * sums[i]) + bias[i];
        ASSERT_NEAR(y[i], exact, 1e-5 * (1 + std::abs(exact)));
        ASSERT_NEAR(more[i], exact + 10, 1e-5 * (11 + std::abs(exact)));
      }
    }
  });
}

}  // namespace
}  // namespace vit_embed
