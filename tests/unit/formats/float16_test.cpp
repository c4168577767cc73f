#include "formats/float16.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace vit_embed {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

bool is_nan(int half) {
  return (half & 0x7c00) == 0x7c00 && (half & 0x3ff) != 0;
}

/// The value of a finite half by its definition.
double value_of(int half) {
  const int exponent = half >> 10 & 0x1f;
  const int fraction = half & 0x3ff;
  const double magnitude =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

/// The nearest of all halves, an even one in a tie; 65536 counts as the half behind the largest.
std::uint16_t nearest(double value) {
  int best = 0;
  for (int step = 0x4000; step > 0; step /= 2) {
    if (best + step <= 0x7c00 && (best + step == 0x7c00 ? 65536.0 : value_of(best + step)) <= std::abs(value))
      best += step;
  }
  if (best < 0x7c00) {
    const double below = std::abs(value) - value_of(best);
    const double above = (best + 1 == 0x7c00 ? 65536.0 : value_of(best + 1)) - std::abs(value);
    if (above < below || (above == below && best % 2 == 1)) ++best;
  }
  return static_cast<std::uint16_t>(best | (std::signbit(value) ? 0x8000 : 0));
}

TEST(Float16, EveryHalfIsReadByItsDefinitionAndWrittenBack) {
  for (int half = 0; half < 0x10000; ++half) {
    const float value = from_float16(static_cast<std::uint16_t>(half));
    if (is_nan(half)) {
      EXPECT_TRUE(std::isnan(value)) << half;
      EXPECT_TRUE(is_nan(to_float16(value))) << half;
      EXPECT_EQ(to_float16(value) & 0x8000, half & 0x8000) << half;
      continue;
    }
    if ((half & 0x7fff) == 0x7c00) {
      EXPECT_EQ(value, half == 0x7c00 ? kInfinity : -kInfinity);
    } else {
      ASSERT_EQ(value, value_of(half)) << half;
      ASSERT_EQ(std::signbit(value), half >= 0x8000) << half;
    }
    ASSERT_EQ(to_float16(value), half);
  }
}

TEST(Float16, RoundsToTheNearestAndTiesToEven) {
  for (int half = 0; half < 0x7c00; ++half) {
    const double low = value_of(half);
    const double high = half + 1 == 0x7c00 ? 65536.0 : value_of(half + 1);
    const auto tie = static_cast<float>((low + high) / 2);  // exact
    for (const float value : {tie, std::nextafter(tie, 0.0f), std::nextafter(tie, kInfinity)}) {
      ASSERT_EQ(to_float16(value), nearest(value)) << value;
      ASSERT_EQ(to_float16(-value), nearest(-value)) << value;
    }
  }
}

TEST(Float16, RoundsRandomFloatsToTheNearest) {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isnan(value)) continue;
    ASSERT_EQ(to_float16(value), nearest(value)) << value;
  }
}

TEST(Float16, HasKnownPatterns) {
  EXPECT_EQ(to_float16(1.0f), 0x3c00);
  EXPECT_EQ(to_float16(-2.0f), 0xc000);
  EXPECT_EQ(to_float16(65504.0f), 0x7bff);
  EXPECT_EQ(to_float16(65519.99f), 0x7bff);
  EXPECT_EQ(to_float16(65520.0f), 0x7c00);
  EXPECT_EQ(to_float16(-1e30f), 0xfc00);
  EXPECT_EQ(to_float16(0x1p-24f), 0x0001);
  EXPECT_EQ(to_float16(0x1p-25f), 0x0000);
  EXPECT_EQ(to_float16(0x1.000002p-25f), 0x0001);
  EXPECT_EQ(to_float16(-0.0f), 0x8000);
  EXPECT_EQ(to_float16(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_TRUE(is_nan(to_float16(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_TRUE(is_nan(to_float16(std::bit_cast<float>(0x7f800001u))))
      << "a NaN whose payload is in the low bits";
}

TEST(Float16, RoundedToIsWhatARowOfThatTypeReadsBack) {
  EXPECT_EQ(rounded_to(ElementType::float32, 0.1f), 0.1f);
  EXPECT_EQ(rounded_to(ElementType::float16, 0.1f), 0.0999755859375f);
}

}  // namespace
}  // namespace vit_embed
