#pragma once

#include <cstddef>
#include <cstdint>

#include "image/resample_weights.h"
#include "image/rgb_image.h"

namespace vit_embed {

// Without vectors: for processors that Highway has no instruction set for, and for rows shorter than a
// vector.

/// One row of `input` pixels to weights.size() pixels.
void resample_row_portably(const ResampleWeights& weights, const std::uint8_t* in, std::uint8_t* out);

/// One output row of `row_bytes` samples from `taps` rows of that length, the first at `in`.
void resample_column_portably(const std::int32_t* weights, int taps, const std::uint8_t* in,
                              std::size_t row_bytes, std::uint8_t* out);

}  // namespace vit_embed
