#include "encoder/native_activations.h"

#include <algorithm>

namespace vit_embed {
namespace {

std::size_t operand_size(Precision precision) {
  return precision == Precision::int8 ? 1 : precision == Precision::bf16 ? 2 : 0;
}

}  // namespace

Activations::Activations(Precision precision, std::size_t rows, std::size_t width)
    : precision_(precision),
      width_(width),
      values_(precision == Precision::bf16 ? 0 : rows * width * sizeof(float)),
      operands_(rows * width * operand_size(precision)),
      rows_(precision == Precision::int8 ? rows : 0) {}

std::span<float> Activations::row(std::size_t i) {
  return {values_.as<float>() + i * width_, width_};
}

void Activations::finish(std::size_t i, std::span<const float> values) {
  if (precision_ == Precision::int8) {
    rows_[i] = quantize(values, {operands_.as<std::uint8_t>() + i * width_, width_});
  } else {
    finish_columns(i, 0, values);
  }
}

void Activations::finish_columns(std::size_t i, std::size_t begin, std::span<const float> values) {
  if (precision_ == Precision::bf16) {
    round_to_bf16(values, {operands_.as<std::uint16_t>() + i * width_ + begin, values.size()});
    return;
  }
  float* to = row(i).data() + begin;
  if (values.data() != to) std::copy(values.begin(), values.end(), to);
}

void Activations::finish_row(std::size_t i) {
  if (need_finish_row()) finish(i, row(i));
}

ProductInput Activations::from(std::size_t i) const {
  if (precision_ == Precision::fp32) return {values_.as<float>() + i * width_, nullptr};
  const std::byte* operands = operands_.data() + i * width_ * operand_size(precision_);
  return {operands, precision_ == Precision::int8 ? rows_.data() + i : nullptr};
}

}  // namespace vit_embed
