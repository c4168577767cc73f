#include "encoder/native_row_kernels.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encoder/native_row_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "encoder/native_activation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace vit_embed {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Full = hn::ScalableTag<float>;
using One = hn::CappedTag<float, 1>;

/// body(tag, i) for every i at which a vector of the tag's lanes starts: full vectors, then lane by lane.
template <class Body>
HWY_INLINE void for_each_vector(std::size_t size, const Body& body) {
  const Full full;
  std::size_t i = 0;
  for (; i + hn::Lanes(full) <= size; i += hn::Lanes(full)) body(full, i);
  for (; i < size; ++i) body(One(), i);
}

/// The sum of term(tag, i) over the row.
template <class Term>
HWY_INLINE float sum(std::size_t size, const Term& term) {
  const Full full;
  const std::size_t lanes = hn::Lanes(full);
  auto even = hn::Zero(full);
  auto odd = hn::Zero(full);  // a second sum, for an addition takes four cycles
  std::size_t i = 0;
  for (; i + 2 * lanes <= size; i += 2 * lanes) {
    even = hn::Add(even, term(full, i));
    odd = hn::Add(odd, term(full, i + lanes));
  }
  for (; i + lanes <= size; i += lanes) even = hn::Add(even, term(full, i));
  float total = hn::GetLane(hn::SumOfLanes(full, hn::Add(even, odd)));
  for (; i < size; ++i) total += hn::GetLane(term(One(), i));
  return total;
}

void layer_norm(const float* x, std::size_t size, const float* weight, const float* bias, float epsilon,
                float* y) {
  const float mean =
      sum(size, [x](auto d, std::size_t i) { return hn::LoadU(d, x + i); }) / static_cast<float>(size);
  const float squares = sum(size, [x, mean](auto d, std::size_t i) {
    const auto centred = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, mean));
    return hn::Mul(centred, centred);
  });
  const float scale = 1 / std::sqrt(squares / static_cast<float>(size) + epsilon);
  for_each_vector(size, [=](auto d, std::size_t i) {
    const auto normalized = hn::Mul(hn::Sub(hn::LoadU(d, x + i), hn::Set(d, mean)), hn::Set(d, scale));
    hn::StoreU(hn::MulAdd(normalized, hn::LoadU(d, weight + i), hn::LoadU(d, bias + i)), d, y + i);
  });
}

template <class Function>
void apply(const float* x, std::size_t size, const Function& function, float* y) {
  for_each_vector(size,
                  [=](auto d, std::size_t i) { hn::StoreU(function(d, hn::LoadU(d, x + i)), d, y + i); });
}

void activate(Activation activation, const float* x, std::size_t size, float* y) {
  switch (activation) {
    case Activation::gelu:
      return apply(x, size, Gelu(), y);
    case Activation::gelu_tanh:
      return apply(x, size, GeluTanh(), y);
    case Activation::quick_gelu:
      return apply(x, size, QuickGelu(), y);
    case Activation::relu:
      return apply(x, size, Relu(), y);
  }
}

void scale(float factor, const float* x, std::size_t size, float* y) {
  for_each_vector(size, [=](auto d, std::size_t i) {
    hn::StoreU(hn::Mul(hn::Set(d, factor), hn::LoadU(d, x + i)), d, y + i);
  });
}

void add(const float* x, std::size_t size, float* y) {
  for_each_vector(size, [=](auto d, std::size_t i) {
    hn::StoreU(hn::Add(hn::LoadU(d, y + i), hn::LoadU(d, x + i)), d, y + i);
  });
}

float sum_of_squares(const float* x, std::size_t size) {
  return sum(size, [x](auto d, std::size_t i) {
    const auto values = hn::LoadU(d, x + i);
    return hn::Mul(values, values);
  });
}

// Highway's own conversion takes infinity for a number on targets that have no instruction for it.
void widen_float16(const std::uint16_t* x, std::size_t size, float* y) {
  for_each_vector(size, [=](auto d, std::size_t i) {
    const hn::RebindToUnsigned<decltype(d)> d_bits;
    const hn::Rebind<std::uint16_t, decltype(d)> d_half;
    const auto bits = hn::PromoteTo(d_bits, hn::LoadU(d_half, x + i));
    const auto sign = hn::ShiftLeft<16>(hn::And(bits, hn::Set(d_bits, 0x8000)));
    const auto magnitude = hn::And(bits, hn::Set(d_bits, 0x7FFF));
    // With a float's exponent, which counts from 127 and not from 15; a subnormal becomes a number so, too.
    const auto scaled = hn::Mul(hn::BitCast(d, hn::ShiftLeft<13>(magnitude)), hn::Set(d, 0x1p112F));
    const auto is_finite = hn::Lt(hn::BitCast(d, hn::ShiftLeft<13>(magnitude)), hn::Set(d, 0x1p-96F));
    const auto not_finite = hn::BitCast(d, hn::Or(hn::ShiftLeft<13>(magnitude), hn::Set(d_bits, 0x7F800000)));
    const auto value = hn::IfThenElse(is_finite, scaled, not_finite);
    hn::StoreU(hn::Or(value, hn::BitCast(d, sign)), d, y + i);
  });
}

void round_to_bf16(const float* x, std::size_t size, std::uint16_t* y) {
  for_each_vector(size, [=](auto d, std::size_t i) {
    const hn::RebindToUnsigned<decltype(d)> d_bits;
    const hn::RebindToSigned<decltype(d)> d_signed;
    const hn::Rebind<std::uint16_t, decltype(d)> d_half;
    const auto value = hn::LoadU(d, x + i);
    const auto bits = hn::BitCast(d_bits, value);
    const auto tie = hn::And(hn::ShiftRight<16>(bits), hn::Set(d_bits, 1));
    const auto rounded = hn::Add(bits, hn::Add(tie, hn::Set(d_bits, 0x7FFF)));
    // Adding would turn a NaN into a number.
    const auto quiet = hn::Or(bits, hn::Set(d_bits, 0x400000));
    const auto chosen = hn::IfThenElse(hn::RebindMask(d_bits, hn::IsNaN(value)), quiet, rounded);
    hn::StoreU(hn::DemoteTo(d_half, hn::BitCast(d_signed, hn::ShiftRight<16>(chosen))), d_half, y + i);
  });
}

RowQuantization quantize(const float* x, std::size_t size, std::uint8_t* q) {
  const Full full;
  auto least = hn::Zero(full);
  auto largest = hn::Zero(full);
  std::size_t i = 0;
  for (; i + hn::Lanes(full) <= size; i += hn::Lanes(full)) {
    const auto values = hn::LoadU(full, x + i);
    least = hn::Min(least, values);
    largest = hn::Max(largest, values);
  }
  float low = hn::GetLane(hn::MinOfLanes(full, least));
  float high = hn::GetLane(hn::MaxOfLanes(full, largest));
  for (; i < size; ++i) {
    low = std::min(low, x[i]);
    high = std::max(high, x[i]);
  }
  RowQuantization row{(high - low) / 255, 0};
  if (!(row.scale > 0)) row.scale = 1;  // a row of zeros
  row.zero_point = static_cast<std::int32_t>(std::lrint(-low / row.scale));
  const float inverse = 1 / row.scale;
  for_each_vector(size, [=](auto d, std::size_t at) {
    const hn::RebindToSigned<decltype(d)> d_signed;
    const hn::Rebind<std::uint8_t, decltype(d)> d_byte;
    const auto steps = hn::NearestInt(hn::Mul(hn::LoadU(d, x + at), hn::Set(d, inverse)));
    hn::StoreU(hn::DemoteTo(d_byte, hn::Add(steps, hn::Set(d_signed, row.zero_point))), d_byte, q + at);
  });
  return row;
}

WeightQuantization quantize_weights(const float* x, std::size_t size, std::int8_t* q) {
  const Full full;
  auto magnitudes = hn::Zero(full);
  std::size_t i = 0;
  for (; i + hn::Lanes(full) <= size; i += hn::Lanes(full))
    magnitudes = hn::Max(magnitudes, hn::Abs(hn::LoadU(full, x + i)));
  float largest = hn::GetLane(hn::MaxOfLanes(full, magnitudes));
  for (; i < size; ++i) largest = std::max(largest, std::abs(x[i]));
  WeightQuantization column{largest > 0 ? largest / 127 : 1, 0};
  const float inverse = 1 / column.scale;
  for_each_vector(size, [=](auto d, std::size_t at) {
    const hn::Rebind<std::int8_t, decltype(d)> d_byte;
    const auto steps = hn::NearestInt(hn::Mul(hn::LoadU(d, x + at), hn::Set(d, inverse)));
    hn::StoreU(hn::DemoteTo(d_byte, steps), d_byte, q + at);
  });
  for (std::size_t at = 0; at < size; ++at) column.sum += q[at];
  return column;
}

template <class Store>
HWY_INLINE void for_each_dequantized(const std::int32_t* accumulators, std::size_t size,
                                     const RowQuantization& row, const ColumnQuantization& columns,
                                     const Store& store) {
  const float* scales = columns.scales.data();
  const std::int32_t* sums = columns.sums.data();
  const float* bias = columns.bias.data();
  for_each_vector(size, [=](auto d, std::size_t i) {
    const hn::RebindToSigned<decltype(d)> d_int;
    const auto offset = hn::Mul(hn::Set(d_int, row.zero_point), hn::LoadU(d_int, sums + i));
    const auto exact = hn::Sub(hn::LoadU(d_int, accumulators + i), offset);
    const auto scale = hn::Mul(hn::Set(d, row.scale), hn::LoadU(d, scales + i));
    store(d, i, hn::MulAdd(hn::ConvertTo(d, exact), scale, hn::LoadU(d, bias + i)));
  });
}

void dequantize(const std::int32_t* accumulators, std::size_t size, const RowQuantization& row,
                const ColumnQuantization& columns, float* y) {
  for_each_dequantized(accumulators, size, row, columns,
                       [y](auto d, std::size_t i, auto value) { hn::StoreU(value, d, y + i); });
}

void add_dequantized(const std::int32_t* accumulators, std::size_t size, const RowQuantization& row,
                     const ColumnQuantization& columns, float* y) {
  for_each_dequantized(accumulators, size, row, columns, [y](auto d, std::size_t i, auto value) {
    hn::StoreU(hn::Add(hn::LoadU(d, y + i), value), d, y + i);
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace vit_embed
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit_embed {

HWY_EXPORT(layer_norm);
HWY_EXPORT(activate);
HWY_EXPORT(scale);
HWY_EXPORT(add);
HWY_EXPORT(sum_of_squares);
HWY_EXPORT(widen_float16);
HWY_EXPORT(round_to_bf16);
HWY_EXPORT(quantize);
HWY_EXPORT(quantize_weights);
HWY_EXPORT(dequantize);
HWY_EXPORT(add_dequantized);

void layer_norm(std::span<const float> x, std::span<const float> weight, std::span<const float> bias,
                float epsilon, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(layer_norm)(x.data(), x.size(), weight.data(), bias.data(), epsilon, y.data());
}

void activate(Activation activation, std::span<const float> x, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(activate)(activation, x.data(), y.size(), y.data());
}

void scale(float factor, std::span<const float> x, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(scale)(factor, x.data(), y.size(), y.data());
}

void add(std::span<const float> x, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(add)(x.data(), y.size(), y.data());
}

float sum_of_squares(std::span<const float> x) {
  return HWY_DYNAMIC_DISPATCH(sum_of_squares)(x.data(), x.size());
}

void widen_float16(std::span<const std::uint16_t> x, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(widen_float16)(x.data(), y.size(), y.data());
}

void round_to_bf16(std::span<const float> x, std::span<std::uint16_t> y) {
  HWY_DYNAMIC_DISPATCH(round_to_bf16)(x.data(), x.size(), y.data());
}

RowQuantization quantize(std::span<const float> x, std::span<std::uint8_t> q) {
  return HWY_DYNAMIC_DISPATCH(quantize)(x.data(), x.size(), q.data());
}

WeightQuantization quantize_weights(std::span<const float> x, std::span<std::int8_t> q) {
  return HWY_DYNAMIC_DISPATCH(quantize_weights)(x.data(), x.size(), q.data());
}

void dequantize(std::span<const std::int32_t> accumulators, const RowQuantization& row,
                const ColumnQuantization& columns, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(dequantize)(accumulators.data(), y.size(), row, columns, y.data());
}

void add_dequantized(std::span<const std::int32_t> accumulators, const RowQuantization& row,
                     const ColumnQuantization& columns, std::span<float> y) {
  HWY_DYNAMIC_DISPATCH(add_dequantized)(accumulators.data(), y.size(), row, columns, y.data());
}

}  // namespace vit_embed
#endif
