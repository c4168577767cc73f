#include "hub/position_embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "hub/random_weights.h"
#include "vit/architecture.h"

// That the result is Transformers' is seen in encoder/model_variants_test.cpp.

namespace vit_embed {
namespace {

using testing::Each;
using testing::ElementsAreArray;
using testing::FloatNear;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(BicubicInterpolation, OfAConstantIsThatConstant) {
  const std::vector<float> values(3 * 5 * 2, 0.25F);
  const auto result = interpolate_bicubic(values, {3, 5}, {7, 4}, 2);
  EXPECT_EQ(result.size(), 7U * 4 * 2);
  EXPECT_THAT(result, Each(FloatNear(0.25F, 1e-6F)));
}

TEST(BicubicInterpolation, ToTheSameSizeChangesNothing) {
  std::vector<float> values;
  for (int i = 0; i < 3 * 4 * 2; ++i) values.push_back(static_cast<float>(i * i % 7));
  EXPECT_THAT(interpolate_bicubic(values, {3, 4}, {3, 4}, 2), ElementsAreArray(values));
}

TEST(BicubicInterpolation, KeepsRowsAndColumnsApart) {
  const std::vector<float> rows{0, 0, 0, 1, 1, 1};  // [2, 3, 1]
  const auto result = interpolate_bicubic(rows, {2, 3}, {4, 3}, 1);
  for (std::size_t y = 0; y < 4; ++y) {
    EXPECT_FLOAT_EQ(result[y * 3], result[y * 3 + 1]);
    EXPECT_FLOAT_EQ(result[y * 3], result[y * 3 + 2]);
  }
  EXPECT_LT(result[0], result[9]);
}

class SettledImageSize : public testing::Test {
 protected:
  SettledImageSize() {
    snapshot_.architecture.hidden_size = 4;
    snapshot_.architecture.num_attention_heads = 1;
    snapshot_.architecture.image_size = {64, 64};
    snapshot_.preprocessing.image_size = {64, 64};
    snapshot_.weights = std::make_unique<RandomWeights>(1);
  }

  Weights positions() const {
    return snapshot_.weights->read({"embeddings.position_embeddings",
                                    {1, snapshot_.architecture.num_tokens(), 4},
                                    ParameterRole::embedding});
  }

  Snapshot snapshot_;
};

TEST_F(SettledImageSize, KeepsTheVectorOfCls) {
  const Weights before = positions();
  settle_image_size(snapshot_, ImageSize{96, 32});
  const Weights after = positions();
  EXPECT_EQ(after.values.size(), (6U * 2 + 1) * 4);
  EXPECT_THAT(after.values.first(4), ElementsAreArray(before.values.first(4)));
  EXPECT_EQ(snapshot_.preprocessing.image_size, (ImageSize{96, 32}));
}

TEST_F(SettledImageSize, LeavesOtherParametersAlone) {
  const Parameter bias{"layernorm.weight", {4}, ParameterRole::norm_weight};
  settle_image_size(snapshot_, ImageSize{96, 96});
  EXPECT_THAT(snapshot_.weights->read(bias).values, Each(1.0F));
}

TEST_F(SettledImageSize, MustBeAPatchAtLeast) {
  EXPECT_THAT(
      [&] {
        settle_image_size(snapshot_, ImageSize{96, 8});
      },
      ThrowsMessage<FatalError>(HasSubstr("image_size 96x8 is less than patch_size 16")));
}

TEST_F(SettledImageSize, MustBeGivenWhereTheConfigurationsDiffer) {
  snapshot_.preprocessing.image_size = {96, 96};
  EXPECT_THAT([&] { settle_image_size(snapshot_, {}); },
              ThrowsMessage<FatalError>(HasSubstr("size is 96x96, but config.json's image_size is 64x64")));
  settle_image_size(snapshot_, ImageSize{96, 96});
  EXPECT_EQ(snapshot_.architecture.image_size, (ImageSize{96, 96}));
}

}  // namespace
}  // namespace vit_embed
