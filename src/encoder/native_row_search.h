#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "formats/stored_rows.h"

namespace vit_embed {

/// For each of `queries`, float32 [Q, rows.row_size]: the `search.most` rows with the largest cosines, the
/// largest first, of equal ones the one that stands first. Exact: products of float32 find the candidates,
/// within bounds of their rounding, and cosines in double decide; so the result depends on nothing but the
/// numbers. A row that is all zero, whose length is below 1e-15 or above 1e19, or that holds what is not
/// finite is never a result; such a query has none.
///
/// All queries share one pass over the rows, which are read in blocks of some 1 MB: memory grows with the
/// queries, not with the rows. Blocks for that time, which is memory's for few queries and oneDNN's for many.
/// Throws std::invalid_argument where the sizes do not fit each other, FatalError where oneDNN has no such
/// product.
std::vector<std::vector<SimilarRow>> find_similar_rows(const StoredRows& rows, std::span<const float> queries,
                                                       const RowSearch& search);

}  // namespace vit_embed
