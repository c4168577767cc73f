#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vit_embed {

/// For each row of `rows`, `row_size` floats each, which other row has the largest cosine with it; the first
/// of several. The cosine with a row that is zero or not finite counts as 0. Empty for fewer than two rows.
/// Takes the time of rows^2 * row_size multiplications (5,000 rows of 1,024: some three seconds).
std::vector<std::size_t> nearest_neighbors(std::span<const float> rows, std::size_t row_size);

}  // namespace vit_embed
