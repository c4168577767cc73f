#pragma once

#include <cstdint>
#include <vector>

#include "formats/model_metadata.h"

namespace vit_embed {

/// Pillow's fixed-point precision for 8-bit images (PRECISION_BITS in Resample.c).
inline constexpr int kWeightBits = 32 - 8 - 2;

/// How one axis of length `input` becomes one of length `output`: output sample i is the sum over j < taps[i]
/// of input sample first[i] + j times weights[i * max_taps + j], a fixed-point number with kWeightBits
/// fractional bits. Weights behind taps[i] are zero. |weight| < 2^23.
struct ResampleWeights {
  int max_taps = 0;
  std::vector<int> first;
  std::vector<int> taps;
  std::vector<std::int32_t> weights;

  int size() const { return static_cast<int>(first.size()); }
  const std::int32_t* of(int output) const {
    return weights.data() + static_cast<std::size_t>(output) * static_cast<std::size_t>(max_taps);
  }
};

/// precompute_coeffs() and normalize_coeffs_8bpc() of Pillow's Resample.c, to the bit. `filter` is any but
/// nearest.
ResampleWeights resample_weights(Resample filter, int input, int output);

}  // namespace vit_embed
