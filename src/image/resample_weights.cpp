#include "image/resample_weights.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <stdexcept>

namespace vit_embed {
namespace {

// The filters of Pillow's Resample.c, with its constants and its order of operations.

double box(double x) {
  return x > -0.5 && x <= 0.5 ? 1.0 : 0.0;
}

double bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double hamming(double x) {
  x = std::abs(x);
  if (x == 0.0) return 1.0;
  if (x >= 1.0) return 0.0;
  x *= std::numbers::pi;
  return std::sin(x) / x * (0.54F + 0.46F * std::cos(x));  // float constants, as in Pillow
}

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

double sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) {
  return -3.0 <= x && x < 3.0 ? sinc(x) * sinc(x / 3) : 0.0;
}

struct Filter {
  double (*weight)(double);
  double support;
};

Filter filter_of(Resample resample) {
  switch (resample) {
    case Resample::box:
      return {box, 0.5};
    case Resample::bilinear:
      return {bilinear, 1.0};
    case Resample::hamming:
      return {hamming, 1.0};
    case Resample::bicubic:
      return {bicubic, 2.0};
    case Resample::lanczos:
      return {lanczos, 3.0};
    case Resample::nearest:
      break;
  }
  throw std::logic_error("nearest has no weights");
}

std::int32_t fixed_point(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<std::int32_t>(weight < 0 ? -0.5 + scaled : 0.5 + scaled);
}

}  // namespace

ResampleWeights resample_weights(Resample resample, int input, int output) {
  const Filter filter = filter_of(resample);
  const double scale = static_cast<double>(static_cast<float>(input)) / output;
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter.support * filter_scale;
  const double inverse_filter_scale = 1.0 / filter_scale;

  ResampleWeights result;
  result.max_taps = static_cast<int>(std::ceil(support)) * 2 + 1;
  const std::size_t max_taps = static_cast<std::size_t>(result.max_taps);
  result.first.resize(static_cast<std::size_t>(output));
  result.taps.resize(static_cast<std::size_t>(output));
  result.weights.assign(static_cast<std::size_t>(output) * max_taps, 0);
  std::vector<double> row(max_taps);
  for (std::size_t i = 0; i < result.first.size(); ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - support + 0.5), 0);
    const int taps = std::min(static_cast<int>(center + support + 0.5), input) - first;
    double sum = 0.0;
    for (int j = 0; j < taps; ++j) {
      row[static_cast<std::size_t>(j)] = filter.weight((j + first - center + 0.5) * inverse_filter_scale);
      sum += row[static_cast<std::size_t>(j)];
    }
    for (std::size_t j = 0; j < static_cast<std::size_t>(taps); ++j) {
      result.weights[i * max_taps + j] = fixed_point(sum != 0.0 ? row[j] / sum : row[j]);
    }
    result.first[i] = first;
    result.taps[i] = taps;
  }
  return result;
}

}  // namespace vit_embed
