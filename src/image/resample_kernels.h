#pragma once

#include "image/resample_weights.h"
#include "image/rgb_image.h"

namespace vit_embed {

// The two passes of the resize, vectorised for every instruction set that Highway knows and chosen at run
// time. Each rounds and clips its result to 8 bits, as Pillow's do. All sums are exact, so that every
// instruction set gives the same bytes.

/// Rows [first_row, first_row + output.height()) of `input`, each resampled to output.width() =
/// weights.size() pixels.
void resample_rows(const ResampleWeights& weights, const RgbImage& input, int first_row, RgbImage& output);

/// Every column of `input`, resampled to output.height() = weights.size() rows. Row 0 of `input` is row
/// `first_row` of what the weights refer to. The widths are equal.
void resample_columns(const ResampleWeights& weights, const RgbImage& input, int first_row, RgbImage& output);

}  // namespace vit_embed
