#include "image/resample_portable.h"

#include <algorithm>

namespace vit_embed {
namespace {

constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);

std::uint8_t to_sample(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

}  // namespace

void resample_row_portably(const ResampleWeights& weights, const std::uint8_t* in, std::uint8_t* out) {
  for (int x = 0; x < weights.size(); ++x) {
    const std::uint8_t* pixel = in + static_cast<std::size_t>(weights.first[static_cast<std::size_t>(x)]) * 3;
    const std::int32_t* weight = weights.of(x);
    std::int32_t sums[3] = {kHalf, kHalf, kHalf};
    for (int tap = 0; tap < weights.taps[static_cast<std::size_t>(x)]; ++tap, pixel += 3) {
      for (int channel = 0; channel < 3; ++channel) sums[channel] += pixel[channel] * weight[tap];
    }
    for (const std::int32_t sum : sums) *out++ = to_sample(sum);
  }
}

void resample_column_portably(const std::int32_t* weights, int taps, const std::uint8_t* in,
                              std::size_t row_bytes, std::uint8_t* out) {
  for (std::size_t x = 0; x < row_bytes; ++x) {
    std::int32_t sum = kHalf;
    for (int tap = 0; tap < taps; ++tap)
      sum += in[static_cast<std::size_t>(tap) * row_bytes + x] * weights[tap];
    out[x] = to_sample(sum);
  }
}

}  // namespace vit_embed
