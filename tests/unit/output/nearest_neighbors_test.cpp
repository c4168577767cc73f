#include "output/nearest_neighbors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestNeighbors, AreTheOtherRowsOfTheLargestCosine) {
  const std::vector<float> rows{1, 0, 0.9F, 0.1F, 0, 5, -1, 0.2F};
  EXPECT_THAT(nearest_neighbors(rows, 2), ElementsAre(1, 0, 3, 2));
}

TEST(NearestNeighbors, TheFirstOfSeveralIsTaken) {
  const std::vector<float> rows{1, 0, 0, 1, 2, 0, 0, 3, 4, 0};
  EXPECT_THAT(nearest_neighbors(rows, 2), ElementsAre(2, 3, 0, 1, 0));
}

TEST(NearestNeighbors, ARowWithoutDirectionIsAtRightAnglesToAll) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> rows{1, 0, -1, 0.1F, nan, 0, 0, 0};
  EXPECT_THAT(nearest_neighbors(rows, 2), ElementsAre(2, 2, 0, 0));
}

TEST(NearestNeighbors, OneRowHasNone) {
  EXPECT_THAT(nearest_neighbors(std::vector<float>{1, 2}, 2), IsEmpty());
  EXPECT_THAT(nearest_neighbors({}, 2), IsEmpty());
}

/// Counts on both sides of a panel of rows and of the panels that are taken together.
TEST(NearestNeighbors, AreThoseOfTheDefinitionForAnyNumberOfRows) {
  constexpr std::size_t kRowSize = 5;
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (const std::size_t count : {2u, 3u, 7u, 8u, 9u, 16u, 17u, 127u, 128u, 129u, 300u}) {
    std::vector<float> rows(count * kRowSize);
    for (float& x : rows) x = normal(random);
    const auto cosine = [&rows](std::size_t i, std::size_t j) {
      double dot = 0, lengths[2] = {0, 0};
      for (std::size_t k = 0; k < kRowSize; ++k) {
        const double a = rows[i * kRowSize + k], b = rows[j * kRowSize + k];
        dot += a * b, lengths[0] += a * a, lengths[1] += b * b;
      }
      return dot / std::sqrt(lengths[0] * lengths[1]);
    };
    const std::vector<std::size_t> nearest = nearest_neighbors(rows, kRowSize);
    ASSERT_EQ(nearest.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_NE(nearest[i], i);
      for (std::size_t j = 0; j < count; ++j) {
        if (j == i) continue;
        ASSERT_GE(cosine(i, nearest[i]), cosine(i, j) - 1e-6) << count << " " << i << " " << j;
      }
    }
  }
}

}  // namespace
}  // namespace vit_embed
