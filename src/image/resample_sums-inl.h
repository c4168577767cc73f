// Per-target code shared by resample_rows.cpp and resample_columns.cpp; included once for each instruction
// set.

#if defined(VIT_EMBED_IMAGE_RESAMPLE_SUMS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef VIT_EMBED_IMAGE_RESAMPLE_SUMS_INL_H_
#undef VIT_EMBED_IMAGE_RESAMPLE_SUMS_INL_H_
#else
#define VIT_EMBED_IMAGE_RESAMPLE_SUMS_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "image/resample_weights.h"

// A 22-bit weight does not fit the 16-bit multiply-add that every instruction set has (pmaddwd): it is split
// into high * 256 + low, both 16-bit, and sum(p * weight) = 256 * sum(p * high) + sum(p * low), exact modulo
// 2^32.

HWY_BEFORE_NAMESPACE();
namespace vit_embed {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_CAP_GE512
constexpr std::size_t kMaxBytes = 64;
#elif HWY_CAP_GE256
constexpr std::size_t kMaxBytes = 32;
#else
constexpr std::size_t kMaxBytes = 16;
#endif

constexpr std::int16_t high_half(std::int32_t weight) {
  return static_cast<std::int16_t>(weight >> 8);
}
constexpr std::int16_t low_half(std::int32_t weight) {
  return static_cast<std::int16_t>(weight & 255);
}

/// Sums of 32-bit lanes over pairs of 16-bit products, of the high and the low halves of the weights. Which
/// product goes to which of two partial sums differs between instruction sets.
template <class D32>
struct WeightedSums {
  using V32 = hn::Vec<D32>;

  V32 high[2];
  V32 low[2];

  // Written out, for an implicit constructor is not compiled for the target.
  HWY_INLINE WeightedSums() { high[0] = high[1] = low[0] = low[1] = hn::Zero(D32()); }

  template <class V16>
  HWY_INLINE void add(V16 samples, V16 high_weights, V16 low_weights) {
    high[0] = hn::ReorderWidenMulAccumulate(D32(), samples, high_weights, high[0], high[1]);
    low[0] = hn::ReorderWidenMulAccumulate(D32(), samples, low_weights, low[0], low[1]);
  }

  /// Modulo 2^32, before rounding.
  HWY_INLINE V32 total() const {
    return hn::Add(hn::ShiftLeft<8>(hn::RearrangeToOddPlusEven(high[0], high[1])),
                   hn::RearrangeToOddPlusEven(low[0], low[1]));
  }
};

/// Rounds to whole samples and clips to 8 bits.
template <class D32>
HWY_INLINE auto to_samples(D32 d32, hn::Vec<D32> total) {
  const auto rounded = hn::ShiftRight<kWeightBits>(hn::Add(total, hn::Set(d32, 1 << (kWeightBits - 1))));
  return hn::DemoteTo(hn::Rebind<std::uint8_t, D32>(), rounded);
}

#endif  // HWY_TARGET
}  // namespace HWY_NAMESPACE
}  // namespace vit_embed
HWY_AFTER_NAMESPACE();

#endif  // include guard
