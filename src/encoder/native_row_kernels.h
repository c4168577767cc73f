#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "vit/activation.h"

// What the native engine does to one row of activations, vectorised for every instruction set that Highway
// knows and chosen at run time. On one instruction set a row's result depends on that row alone. Spans of one
// call have the same length, any; none needs an alignment.

namespace vit_embed {

/// A row x as 8-bit numbers q: x[i] is about scale * (q[i] - zero_point).
struct RowQuantization {
  float scale = 0;
  std::int32_t zero_point = 0;  ///< 0 to 255
};

/// What turns a product's int32 sums over quantised rows and columns back into numbers.
struct ColumnQuantization {
  std::span<const float> scales;       ///< of each column's weights
  std::span<const std::int32_t> sums;  ///< of each column's quantised weights
  std::span<const float> bias;
};

/// y = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias, the variance by n; y may be x.
void layer_norm(std::span<const float> x, std::span<const float> weight, std::span<const float> bias,
                float epsilon, std::span<float> y);

/// As transformers.activations defines them; y may be x. The absolute error of gelu is below 1e-6.
void activate(Activation activation, std::span<const float> x, std::span<float> y);

/// y = factor * x
void scale(float factor, std::span<const float> x, std::span<float> y);

/// y += x
void add(std::span<const float> x, std::span<float> y);

/// Infinity or NaN where a number is, or where float32 does not hold the sum.
float sum_of_squares(std::span<const float> x);

/// The floats of binary16's bits, exactly.
void widen_float16(std::span<const std::uint16_t> x, std::span<float> y);

/// bfloat16's 16 bits, rounded to nearest, ties to even.
void round_to_bf16(std::span<const float> x, std::span<std::uint16_t> y);

/// The range from the least (at most 0) to the largest number (at least 0) becomes 0 to 255.
RowQuantization quantize(std::span<const float> x, std::span<std::uint8_t> q);

/// A column of weights as 8-bit numbers q, from -127 to 127: x[i] is about scale * q[i].
struct WeightQuantization {
  float scale = 0;
  std::int32_t sum = 0;  ///< of q
};
WeightQuantization quantize_weights(std::span<const float> x, std::span<std::int8_t> q);

/// y = row.scale * column.scale * (accumulator - row.zero_point * column.sum) + column.bias
void dequantize(std::span<const std::int32_t> accumulators, const RowQuantization& row,
                const ColumnQuantization& columns, std::span<float> y);
/// The same, added to y.
void add_dequantized(std::span<const std::int32_t> accumulators, const RowQuantization& row,
                     const ColumnQuantization& columns, std::span<float> y);

}  // namespace vit_embed
