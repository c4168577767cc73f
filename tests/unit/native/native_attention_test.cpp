#include "encoder/native_attention.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "native/every_target.h"

namespace vit_embed {
namespace {

std::vector<float> random_rows(const AttentionShape& shape, float spread) {
  std::mt19937 engine(5);
  std::normal_distribution<float> normal(0, spread);
  std::vector<float> rows(shape.num_tokens * 3 * shape.hidden_size());
  for (float& value : rows) value = normal(engine);
  return rows;
}

/// softmax(Q K^T / sqrt(head_size)) V in double.
std::vector<double> exact_context(const AttentionShape& shape, const std::vector<float>& rows) {
  const std::size_t hidden = shape.hidden_size(), size = shape.head_size;
  std::vector<double> context(shape.num_tokens * hidden);
  for (std::size_t head = 0; head < shape.num_heads; ++head) {
    for (std::size_t query = 0; query < shape.num_tokens; ++query) {
      std::vector<double> scores(shape.num_tokens);
      for (std::size_t key = 0; key < shape.num_tokens; ++key) {
        for (std::size_t i = 0; i < size; ++i) {
          scores[key] += double{rows[query * 3 * hidden + head * size + i]} *
                         double{rows[key * 3 * hidden + hidden + head * size + i]};
        }
        scores[key] /= std::sqrt(static_cast<double>(size));
      }
      const double largest = *std::max_element(scores.begin(), scores.end());
      double sum = 0;
      for (double& score : scores) sum += score = std::exp(score - largest);
      for (std::size_t key = 0; key < shape.num_tokens; ++key) {
        for (std::size_t i = 0; i < size; ++i) {
          context[query * hidden + head * size + i] +=
              scores[key] / sum * double{rows[key * 3 * hidden + 2 * hidden + head * size + i]};
        }
      }
    }
  }
  return context;
}

std::vector<float> attend_all(const AttentionShape& shape, const std::vector<float>& rows,
                              std::size_t queries) {
  std::vector<float> context(shape.num_tokens * shape.hidden_size());
  AttentionScratch scratch(shape);
  for (std::size_t head = 0; head < shape.num_heads; ++head) {
    scratch.pack(rows.data(), head);
    for (std::size_t first = 0; first < queries; first += kQueryBlock) {
      scratch.attend(rows.data(), head, first, std::min(kQueryBlock, queries - first),
                     context.data() + first * shape.hidden_size() + head * shape.head_size,
                     shape.hidden_size());
    }
  }
  return context;
}

class NativeAttention : public testing::TestWithParam<AttentionShape> {};

TEST_P(NativeAttention, IsExactWithinRounding) {
  // The latter has scores of some hundreds, whose rounding the exponential magnifies.
  for (const auto& [spread, tolerance] : {std::pair(1.0F, 2e-5), std::pair(6.0F, 1e-3)}) {
    const auto rows = random_rows(GetParam(), spread);
    const auto expected = exact_context(GetParam(), rows);
    on_every_target([&] {
      const auto context = attend_all(GetParam(), rows, GetParam().num_tokens);
      for (std::size_t i = 0; i < context.size(); ++i) ASSERT_NEAR(context[i], expected[i], tolerance) << i;
    });
  }
}

TEST_P(NativeAttention, OfOneQueryIsTheSameAsAmongOthers) {
  const auto rows = random_rows(GetParam(), 1);
  on_every_target([&] {
    const auto all = attend_all(GetParam(), rows, GetParam().num_tokens);
    const auto first = attend_all(GetParam(), rows, 1);
    EXPECT_TRUE(std::equal(
        first.begin(), first.begin() + static_cast<std::ptrdiff_t>(GetParam().hidden_size()), all.begin()));
  });
}

INSTANTIATE_TEST_SUITE_P(Shapes, NativeAttention,
                         testing::Values(AttentionShape{197, 2, 64}, AttentionShape{5, 2, 4},
                                         AttentionShape{50, 3, 24}, AttentionShape{257, 1, 80},
                                         AttentionShape{1, 1, 1}, AttentionShape{16, 1, 16}),
                         [](const auto& param_info) {
                           return std::to_string(param_info.param.num_tokens) + "tokens" +
                                  std::to_string(param_info.param.head_size) + "channels";
                         });

}  // namespace
}  // namespace vit_embed
