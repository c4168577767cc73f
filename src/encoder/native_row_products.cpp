#include "encoder/native_row_products.h"

#include <dnnl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "encoder/native_encoder.h"

namespace vit_embed {
namespace {

/// Up to so many queries are multiplied one by one: oneDNN's matrix-by-vector product keeps pace with memory,
/// and its matrix product, which copies the rows first, takes as long for 2 queries as for 16 (0.6 s for
/// 0.25 s, seen, with 2 queries and 4 GB of rows).
constexpr std::size_t kFewQueries = 8;

/// products [R, Q] = rows [R, size] queries^T
void multiply(const float* rows, std::size_t num_rows, const float* queries, std::size_t num_queries,
              std::size_t size, float* products) {
  const auto dim = [](std::size_t n) { return static_cast<dnnl_dim_t>(n); };
  const dnnl_status_t status = dnnl_sgemm('N', 'T', dim(num_rows), dim(num_queries), dim(size), 1.0F, rows,
                                          dim(size), queries, dim(size), 0.0F, products, dim(num_queries));
  if (status == dnnl_success) return;
  throw FatalError(fmt::format("oneDNN {} has no product of {} rows of {} numbers with {} queries: error {}",
                               onednn_version(), num_rows, size, num_queries, static_cast<int>(status)));
}

}  // namespace

RowProducts multiply_rows(std::span<const float> rows, std::span<const float> queries, std::size_t size,
                          AlignedBytes& scratch) {
  const std::size_t num_rows = rows.size() / size;
  const std::size_t num_queries = queries.size() / size;
  scratch.reserve(num_rows * num_queries * sizeof(float));
  auto* products = scratch.as<float>();
  if (num_queries > kFewQueries) {
    multiply(rows.data(), num_rows, queries.data(), num_queries, size, products);
    return {products, num_queries, 1};
  }
  for (std::size_t q = 0; q < num_queries; ++q)
    multiply(rows.data(), num_rows, queries.data() + q * size, 1, size, products + q * num_rows);
  return {products, 1, num_rows};
}

}  // namespace vit_embed
