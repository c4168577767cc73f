#include "encoder/native_attention.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numbers>

#include "encoder/native_row_kernels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encoder/native_attention.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace vit_embed {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;

/// Rows of a product whose sums are in registers at once. AVX-512 has 32 of them, others 16.
constexpr std::size_t kTileRows = hn::MaxLanes(Floats()) >= 16 ? 12 : 6;
static_assert(kQueryBlock % kTileRows == 0);

/// c[kTileRows, kVectors * lanes] = a[kTileRows, depth] b[depth, ...]; the numbers after `a_stride` etc. are
/// the distances of rows.
template <std::size_t kVectors>
HWY_INLINE void multiply_tile(const float* HWY_RESTRICT a, std::size_t a_stride, const float* HWY_RESTRICT b,
                              std::size_t b_stride, std::size_t depth, float* HWY_RESTRICT c,
                              std::size_t c_stride) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  Vector sums[kTileRows][kVectors];
  for (std::size_t r = 0; r < kTileRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  for (std::size_t k = 0; k < depth; ++k, b += b_stride) {
    Vector columns[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) columns[v] = hn::LoadU(d, b + v * lanes);
    for (std::size_t r = 0; r < kTileRows; ++r) {
      const Vector row = hn::Set(d, a[r * a_stride + k]);
      for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(row, columns[v], sums[r][v]);
    }
  }
  for (std::size_t r = 0; r < kTileRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) hn::StoreU(sums[r][v], d, c + r * c_stride + v * lanes);
  }
}

/// c[kQueryBlock, width] = a[kQueryBlock, depth] b[depth, width]; the width is a multiple of the lanes.
void multiply(const float* a, std::size_t a_stride, const float* b, std::size_t width, std::size_t depth,
              float* c) {
  const std::size_t lanes = hn::Lanes(Floats());
  for (std::size_t r = 0; r < kQueryBlock; r += kTileRows) {
    const float* rows = a + r * a_stride;
    std::size_t x = 0;
    for (; x + 2 * lanes <= width; x += 2 * lanes)
      multiply_tile<2>(rows, a_stride, b + x, width, depth, c + r * width + x, width);
    if (x < width) multiply_tile<1>(rows, a_stride, b + x, width, depth, c + r * width + x, width);
  }
}

/// 2^x within a factor of 1e-7 of 1, for x <= 0; below -125, and for what is no number, of -125.
HWY_INLINE Vector exp2(Vector x) {
  const Floats d;
  const hn::RebindToSigned<Floats> d_bits;
  // Fitted by least squares of the relative error at Chebyshev's points in [-0.5, 0.5].
  constexpr float kCoefficients[] = {1.533757750e-04F,
                                     1.339985989e-03F,
                                     9.618519805e-03F,
                                     5.550329015e-02F,
                                     2.402264625e-01F,
                                     6.931471825e-01F,
                                     1.0F};
  x = hn::Max(x, hn::Set(d, -125.0F));
  // Adding 1.5 * 2^23 leaves no bits for a fraction, and the whole number in the lowest ones.
  const Vector shift = hn::Set(d, 12582912.0F);
  const Vector shifted = hn::Add(x, shift);
  const Vector fraction = hn::Sub(x, hn::Sub(shifted, shift));
  Vector power = hn::Set(d, kCoefficients[0]);
  for (std::size_t i = 1; i < std::size(kCoefficients); ++i) {
    power = hn::MulAdd(power, fraction, hn::Set(d, kCoefficients[i]));
  }
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(d_bits, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(d_bits, power), exponent));
}

/// Replaces scores by 2^(score - their largest) and returns the sum of those. Behind the tokens the row is
/// padded to a multiple of the lanes with what adds nothing.
float exponentiate(float* scores, std::size_t num_tokens, std::size_t width) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  std::fill(scores + num_tokens, scores + width, -std::numeric_limits<float>::infinity());
  Vector largest = hn::LoadU(d, scores);
  for (std::size_t i = lanes; i < width; i += lanes) largest = hn::Max(largest, hn::LoadU(d, scores + i));
  largest = hn::MaxOfLanes(d, largest);
  Vector sum = hn::Zero(d);
  for (std::size_t i = 0; i < width; i += lanes) {
    const Vector power = exp2(hn::Sub(hn::LoadU(d, scores + i), largest));
    sum = hn::Add(sum, power);
    hn::StoreU(power, d, scores + i);
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

}  // namespace HWY_NAMESPACE
}  // namespace vit_embed
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit_embed {
namespace {

HWY_EXPORT(multiply);
HWY_EXPORT(exponentiate);

/// No instruction set has more lanes.
constexpr std::size_t kMostLanes = 16;

std::size_t padded(std::size_t size) {
  return (size + kMostLanes - 1) / kMostLanes * kMostLanes;
}

}  // namespace

AttentionScratch::AttentionScratch(const AttentionShape& shape)
    : shape_(shape),
      keys_(shape.head_size * padded(shape.num_tokens)),
      values_(shape.num_tokens * padded(shape.head_size)),
      queries_(kQueryBlock * shape.head_size),
      scores_(kQueryBlock * padded(shape.num_tokens)),
      context_(kQueryBlock * padded(shape.head_size)) {}

void AttentionScratch::pack(const float* query_key_value, std::size_t head) {
  const std::size_t size = shape_.head_size;
  const std::size_t hidden = shape_.hidden_size();
  const std::size_t key_stride = padded(shape_.num_tokens);
  for (std::size_t token = 0; token < shape_.num_tokens; ++token) {
    const float* row = query_key_value + token * 3 * hidden + head * size;
    for (std::size_t i = 0; i < size; ++i) keys_[i * key_stride + token] = row[hidden + i];
    std::copy_n(row + 2 * hidden, size, values_.begin() + static_cast<std::ptrdiff_t>(token * padded(size)));
  }
}

void AttentionScratch::attend(const float* query_key_value, std::size_t head, std::size_t first,
                              std::size_t count, float* context, std::size_t stride) {
  const std::size_t size = shape_.head_size;
  const std::size_t hidden = shape_.hidden_size();
  const std::size_t width = padded(shape_.num_tokens);
  // exp(q k / sqrt(size)) is 2^(log2(e) / sqrt(size) q k).
  const float factor = std::numbers::log2e_v<float> / std::sqrt(static_cast<float>(size));
  for (std::size_t r = 0; r < count; ++r) {
    const float* query = query_key_value + (first + r) * 3 * hidden + head * size;
    scale(factor, {query, size}, std::span(queries_).subspan(r * size, size));
  }
  HWY_DYNAMIC_DISPATCH(multiply)(queries_.data(), size, keys_.data(), width, size, scores_.data());
  float sums[kQueryBlock];
  for (std::size_t r = 0; r < count; ++r) {
    sums[r] = HWY_DYNAMIC_DISPATCH(exponentiate)(scores_.data() + r * width, shape_.num_tokens, width);
  }
  const std::size_t value_width = padded(size);
  HWY_DYNAMIC_DISPATCH(multiply)
  (scores_.data(), width, values_.data(), value_width, shape_.num_tokens, context_.data());
  for (std::size_t r = 0; r < count; ++r) {
    scale(1 / sums[r], std::span(context_).subspan(r * value_width, size), {context + r * stride, size});
  }
}

}  // namespace vit_embed
#endif
