#include "hub/random_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "hub/weight_digest.h"

namespace vit_embed {
namespace {

const Parameter kWeight{"encoder.layer.0.output.dense.weight", {256, 256}, ParameterRole::weight};

std::vector<float> draw(std::uint64_t seed, const Parameter& parameter) {
  const Weights weights = RandomWeights(seed).read(parameter);
  return {weights.values.begin(), weights.values.end()};
}

TEST(RandomWeights, FollowFromTheSeedAndTheName) {
  EXPECT_EQ(draw(1, kWeight), draw(1, kWeight));
  EXPECT_NE(draw(1, kWeight), draw(2, kWeight));
  Parameter other = kWeight;
  other.name = "encoder.layer.1.output.dense.weight";
  EXPECT_NE(draw(1, kWeight), draw(1, other));
}

TEST(RandomWeights, AreTheSameOnEveryMachine) {
  Architecture architecture;
  architecture.hidden_size = 8;
  architecture.num_hidden_layers = 1;
  architecture.num_attention_heads = 1;
  architecture.intermediate_size = 8;
  EXPECT_EQ(digest_weights(vit_parameters(architecture), RandomWeights(1)).sha256,
            "ee424e9e31588d9c40a28d5775727558865a893647d3e6dec960d904acbcfa3d");
}

TEST(RandomWeights, HaveTransformersMoments) {
  const std::vector<float> values = draw(1, kWeight);
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0) / count;
  EXPECT_NEAR(mean, 0, 0.0005);
  EXPECT_NEAR(std::sqrt(squares), 0.02, 0.0005);
}

TEST(RandomWeights, LeaveBiasesZeroAndNormsOne) {
  const auto all = [](const std::vector<float>& values, float expected) {
    return std::all_of(values.begin(), values.end(), [&](float value) { return value == expected; });
  };
  EXPECT_TRUE(all(draw(1, {"layernorm.bias", {64}, ParameterRole::bias}), 0));
  EXPECT_TRUE(all(draw(1, {"layernorm.weight", {64}, ParameterRole::norm_weight}), 1));
}

}  // namespace
}  // namespace vit_embed
