#include "image/resample_kernels.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/highway_targets.h"
#include "image/resample_portable.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "image/resample_columns.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "image/resample_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace vit_embed {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void resample_columns(const ResampleWeights& weights, const RgbImage& input, int first_row,
                      RgbImage& output) {
  for (int y = 0; y < output.height(); ++y) {
    const std::size_t at = static_cast<std::size_t>(y);
    resample_column_portably(weights.of(y), weights.taps[at], input.row(weights.first[at] - first_row),
                             input.row_bytes(), output.row(y));
  }
}

#else

/// One output row's weights, two by two as 16-bit lanes of an int; an odd last one is paired with a zero.
struct WeightPairs {
  std::vector<std::int32_t> high;
  std::vector<std::int32_t> low;
};

void pair_weights(const std::int32_t* weights, int taps, WeightPairs& pairs) {
  const auto pair = [](std::int16_t first, std::int16_t second) {
    return static_cast<std::int32_t>(static_cast<std::uint16_t>(first) |
                                     static_cast<std::uint32_t>(static_cast<std::uint16_t>(second)) << 16);
  };
  pairs.high.clear();
  pairs.low.clear();
  for (int tap = 0; tap < taps; tap += 2) {
    const std::int32_t second = tap + 1 < taps ? weights[tap + 1] : 0;
    pairs.high.push_back(pair(high_half(weights[tap]), high_half(second)));
    pairs.low.push_back(pair(low_half(weights[tap]), low_half(second)));
  }
}

constexpr std::size_t kColumnVectors = 4;  // enough independent sums to hide the multiply-add's latency

/// `in` is the first of `taps` rows at the columns wanted; writes kColumnVectors * Lanes bytes.
template <class D32>
HWY_INLINE void resample_column_chunk(D32 d32, const WeightPairs& pairs, int taps, const std::uint8_t* in,
                                      std::size_t stride, std::uint8_t* out) {
  const hn::Rebind<std::uint8_t, D32> d8;
  const hn::Repartition<std::int16_t, D32> d16;
  const std::size_t lanes = hn::MaxLanes(d32);
  WeightedSums<D32> sums[kColumnVectors];
  for (int tap = 0; tap < taps; tap += 2) {
    const std::uint8_t* row = in + static_cast<std::size_t>(tap) * stride;
    const std::uint8_t* next = tap + 1 < taps ? row + stride : row;
    const auto high_weights = hn::BitCast(d16, hn::Set(d32, pairs.high[static_cast<std::size_t>(tap / 2)]));
    const auto low_weights = hn::BitCast(d16, hn::Set(d32, pairs.low[static_cast<std::size_t>(tap / 2)]));
    for (std::size_t v = 0; v < kColumnVectors; ++v) {
      const auto a = hn::PromoteTo(d32, hn::LoadU(d8, row + v * lanes));
      const auto b = hn::PromoteTo(d32, hn::LoadU(d8, next + v * lanes));
      const auto samples = hn::BitCast(d16, hn::Or(a, hn::ShiftLeft<16>(b)));
      sums[v].add(samples, high_weights, low_weights);
    }
  }
  for (std::size_t v = 0; v < kColumnVectors; ++v) {
    hn::StoreU(to_samples(d32, sums[v].total()), d8, out + v * lanes);
  }
}

void resample_columns(const ResampleWeights& weights, const RgbImage& input, int first_row,
                      RgbImage& output) {
  const hn::FixedTag<std::int32_t, kMaxBytes / 4> d32;
  const std::size_t row_bytes = input.row_bytes();
  const std::size_t chunk = kColumnVectors * hn::MaxLanes(d32);
  WeightPairs pairs;
  for (int y = 0; y < output.height(); ++y) {
    const int taps = weights.taps[static_cast<std::size_t>(y)];
    const std::uint8_t* in = input.row(weights.first[static_cast<std::size_t>(y)] - first_row);
    std::uint8_t* out = output.row(y);
    if (row_bytes < chunk) {
      resample_column_portably(weights.of(y), taps, in, row_bytes, out);
      continue;
    }
    pair_weights(weights.of(y), taps, pairs);
    for (std::size_t x = 0; x < row_bytes; x += chunk) {
      const std::size_t at = std::min(x, row_bytes - chunk);  // the last chunk overlaps the one before
      resample_column_chunk(d32, pairs, taps, in + at, row_bytes, out + at);
    }
  }
}

#endif  // HWY_TARGET
}  // namespace HWY_NAMESPACE
}  // namespace vit_embed
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit_embed {

HWY_EXPORT(resample_columns);

void resample_columns(const ResampleWeights& weights, const RgbImage& input, int first_row,
                      RgbImage& output) {
  HWY_DYNAMIC_DISPATCH(resample_columns)(weights, input, first_row, output);
}

}  // namespace vit_embed
#endif
