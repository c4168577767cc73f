#pragma once

#include <array>

#include "formats/model_metadata.h"

namespace vit_embed {

/// pixel_values of every 8-bit sample, per channel: table[channel][sample].
using NormalizationTable = std::array<std::array<float, 256>, 3>;

/// What Transformers' rescale() and normalize() (image_transforms.py) give on NumPy arrays, to the bit: the
/// product with rescale_factor in float64, rounded to float32; then (value - mean) / std in float32.
NormalizationTable normalization_table(const Preprocessing& preprocessing);

}  // namespace vit_embed
