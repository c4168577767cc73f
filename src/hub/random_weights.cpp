#include "hub/random_weights.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "formats/digest.h"

namespace vit_embed {
namespace {

constexpr double kStandardDeviation = 0.02;  // ViTConfig.initializer_range

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

std::int64_t sum_of_quarters(std::uint64_t bits) {
  return static_cast<std::int64_t>((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) +
                                   (bits >> 48));
}

/// Bell-shaped and bounded, as a truncated normal is: the sum of eight uniform 16-bit numbers, without its
/// mean. No logarithm or cosine, whose last bit differs between mathematical libraries.
void draw(std::vector<float>& values, std::uint64_t seed) {
  constexpr std::int64_t kMean = 4 * 65535;
  const double scale = kStandardDeviation / std::sqrt(8 * (65536.0 * 65536.0 - 1) / 12);
  SplitMix64 generator(seed);
  for (float& value : values) {
    const std::int64_t first = sum_of_quarters(generator.next());
    const std::int64_t second = sum_of_quarters(generator.next());
    value = static_cast<float>(static_cast<double>(first + second - kMean) * scale);
  }
}

}  // namespace

Weights RandomWeights::read(const Parameter& parameter) const {
  const auto values = std::make_shared<std::vector<float>>(parameter.num_elements());
  switch (parameter.role) {
    case ParameterRole::norm_weight:
      std::fill(values->begin(), values->end(), 1.0F);
      break;
    case ParameterRole::weight:
    case ParameterRole::embedding:
      draw(*values, SplitMix64(seed_).next() ^ xxh3(std::as_bytes(std::span(parameter.name))));
      break;
    case ParameterRole::bias:
      break;
  }
  return {*values, values};
}

}  // namespace vit_embed
