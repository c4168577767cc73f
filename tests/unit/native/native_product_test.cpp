#include "encoder/native_product.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "encoder/native_activations.h"
#include "native/test_instruction_set.h"

namespace vit_embed {
namespace {

std::vector<float> random_values(std::size_t size, unsigned seed, float spread = 1) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> values(size);
  for (float& value : values) value = normal(engine);
  return values;
}

struct Shape {
  std::size_t rows, in, out;
};

class NativeProduct : public testing::TestWithParam<Shape> {
 protected:
  std::size_t rows_ = GetParam().rows, in_ = GetParam().in, out_ = GetParam().out;
  std::vector<float> x_ = random_values(rows_ * in_, 1);
  std::vector<float> weights_ = random_values(out_ * in_, 2, 0.05F);
  std::vector<float> bias_ = random_values(out_, 3);

  Activations operands(Precision precision, std::size_t rows) const {
    Activations x(precision, rows, in_);
    for (std::size_t i = 0; i < rows; ++i) x.finish(i, std::span(x_).subspan(i * in_, in_));
    return x;
  }

  std::vector<float> multiply(Precision precision, bool accumulate = false, std::size_t rows = 0) const {
    if (rows == 0) rows = rows_;
    const std::size_t row_counts[]{rows_, 1};
    const Linear linear(precision, {in_, out_, out_, accumulate}, row_counts, weights_, bias_);
    const Activations x = operands(precision, rows);
    std::vector<float> y(rows * out_, 100.0F);
    ProductScratch scratch;
    for (std::size_t chunk = 0; chunk < linear.num_chunks(); ++chunk)
      linear.multiply(chunk, rows, x.from(0), y.data(), scratch);
    return y;
  }

  /// The same, each chunk a matrix of its own.
  std::vector<float> multiply_by_chunks(Precision precision) const {
    const std::size_t row_counts[]{rows_};
    const Linear linear(precision, {in_, out_, 0, false}, row_counts, weights_, bias_);
    const Activations x = operands(precision, rows_);
    std::vector<float> y(rows_ * out_), columns;
    ProductScratch scratch;
    for (std::size_t chunk = 0; chunk < linear.num_chunks(); ++chunk) {
      const std::size_t begin = linear.chunk_begin(chunk), size = linear.chunk_size(chunk);
      columns.assign(rows_ * size, 100.0F);
      linear.multiply(chunk, rows_, x.from(0), columns.data(), scratch);
      for (std::size_t i = 0; i < columns.size(); ++i) y[i / size * out_ + begin + i % size] = columns[i];
    }
    return y;
  }

  double exact(std::size_t row, std::size_t column) const {
    double sum = double{bias_[column]};
    for (std::size_t i = 0; i < in_; ++i)
      sum += double{x_[row * in_ + i]} * double{weights_[column * in_ + i]};
    return sum;
  }

  void expect_near(const std::vector<float>& y, double tolerance, double offset = 0) const {
    for (std::size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], exact(i / out_, i % out_) + offset, tolerance) << i / out_ << " " << i % out_;
    }
  }

  /// Of a sum of products whose factors are off by so much of their spread.
  double tolerance(double relative) const {
    return 5 * relative * 0.05 * std::sqrt(static_cast<double>(in_));
  }
};

TEST_P(NativeProduct, OfFp32IsExactWithinRounding) {
  expect_near(multiply(Precision::fp32), 1e-4);
  expect_near(multiply(Precision::fp32, true), 1e-4, 100);
  expect_near(multiply_by_chunks(Precision::fp32), 1e-4);
}

TEST_P(NativeProduct, OfBf16IsExactWithinItsRounding) {
  if (test_instruction_set() < InstructionSet::avx512) GTEST_SKIP() << "oneDNN has no such product here";
  expect_near(multiply(Precision::bf16), tolerance(1.0 / 128));
  expect_near(multiply(Precision::bf16, true), tolerance(1.0 / 128), 100);
  expect_near(multiply_by_chunks(Precision::bf16), tolerance(1.0 / 128));
}

TEST_P(NativeProduct, OfInt8IsExactWithinItsSteps) {
  if (test_instruction_set() < InstructionSet::avx512_vnni) GTEST_SKIP() << "it would saturate";
  expect_near(multiply(Precision::int8), tolerance(4.0 / 127));
  expect_near(multiply(Precision::int8, true), tolerance(4.0 / 127), 100);
  expect_near(multiply_by_chunks(Precision::int8), tolerance(4.0 / 127));
}

INSTANTIATE_TEST_SUITE_P(Shapes, NativeProduct,
                         testing::Values(Shape{197, 1024, 1024}, Shape{5, 8, 16}, Shape{50, 192, 576},
                                         Shape{17, 30, 7}, Shape{3, 768, 200}, Shape{1, 64, 64}),
                         [](const auto& param_info) {
                           return std::to_string(param_info.param.rows) + "x" +
                                  std::to_string(param_info.param.in) + "x" +
                                  std::to_string(param_info.param.out);
                         });

class NativeProductOfInt8 : public testing::Test {
 protected:
  void SetUp() override {
    if (test_instruction_set() < InstructionSet::avx512_vnni) GTEST_SKIP() << "it would saturate";
  }

  /// One row, without a bias.
  static std::vector<float> multiply(const std::vector<float>& x, const std::vector<float>& weights) {
    const std::size_t in = x.size(), out = weights.size() / in, row_counts[]{1};
    const Linear linear(Precision::int8, {in, out, out, false}, row_counts, weights, {});
    Activations row(Precision::int8, 1, in);
    row.finish(0, x);
    std::vector<float> y(out);
    ProductScratch scratch;
    linear.multiply(0, 1, row.from(0), y.data(), scratch);
    return y;
  }
};

TEST_F(NativeProductOfInt8, SumsTheLargestProductsWithoutSaturating) {
  EXPECT_THAT(multiply(std::vector<float>(1024, 255.0F), std::vector<float>(std::size_t{1024} * 16, 127.0F)),
              testing::Each(testing::FloatEq(255.0F * 127.0F * 1024)));
}

TEST_F(NativeProductOfInt8, KeepsAColumnOfSmallWeightsBesideOneOfLarge) {
  std::vector<float> weights(128, 1e-3F);
  std::fill(weights.begin() + 64, weights.end(), 50.0F);
  const auto y = multiply(std::vector<float>(64, 1.0F), weights);
  EXPECT_NEAR(y[0], 0.064, 1e-5);
  EXPECT_NEAR(y[1], 3200, 0.1);
}

}  // namespace
}  // namespace vit_embed
