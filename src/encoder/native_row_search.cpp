#include "encoder/native_row_search.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>

#include "encoder/native_memory.h"
#include "encoder/native_parallel.h"
#include "encoder/native_row_kernels.h"
#include "encoder/native_row_products.h"
#include "encoder/native_top_rows.h"

namespace vit_embed {
namespace {

/// Bytes of a block's rows as float32: what the norms have read is still in a cache when the product reads
/// it.
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::size_t kSmallestBlock = 16;  // rows

/// A sum of squares outside is that of no direction, or one that float32 lost too much of.
constexpr float kLeastSquares = 1e-30F;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// 1 / length, or NaN where a row has no direction.
float inverse_length(std::span<const float> row) {
  const float squares = sum_of_squares(row);
  return squares >= kLeastSquares && std::isfinite(squares) ? 1 / std::sqrt(squares) : kNan;
}

/// How far a cosine from float32 products may be from the exact one: each of row_size products and sums
/// rounds by 2^-24 at most, so do those of the row's length, which its root halves, and a handful of steps.
double largest_error(std::size_t row_size) {
  return (1.5 * static_cast<double>(row_size) + 8) * 0x1p-24;
}

double exact_cosine(std::span<const float> row, std::span<const float> query) {
  double dot = 0, row_squares = 0, query_squares = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double x = row[i], y = query[i];
    dot += x * y;
    row_squares += x * x;
    query_squares += y * y;
  }
  return std::clamp(dot / (std::sqrt(row_squares) * std::sqrt(query_squares)), -1.0, 1.0);
}

/// What one thread needs.
struct Worker {
  AlignedBytes block;  ///< of float16, as floats
  AlignedBytes row;    ///< the same, of a single one
  AlignedBytes products;
  std::vector<float> inverse_lengths;
  std::vector<TopRows> best;  ///< of each query
};

class Search {
 public:
  Search(const StoredRows& rows, std::span<const float> queries, const RowSearch& search)
      : rows_(rows),
        queries_(queries),
        search_(search),
        count_(rows.count()),
        num_queries_(queries.size() / rows.row_size),
        block_(std::max(kSmallestBlock, kBlockBytes / (rows.row_size * sizeof(float)))) {
    make_units();
    const TopRows none(std::min(search.most, count_), largest_error(rows.row_size));
    workers_.resize(static_cast<std::size_t>(search.num_threads));
    for (Worker& worker : workers_) worker.best.assign(num_queries_, none);
  }

  std::vector<std::vector<SimilarRow>> run() {
    const std::size_t blocks = (count_ + block_ - 1) / block_;
    parallel_for(search_.num_threads, blocks,
                 [this](std::size_t block, std::size_t thread) { search_block(block, workers_[thread]); });
    std::vector<std::vector<SimilarRow>> found(num_queries_);
    parallel_for(search_.num_threads, num_queries_, [this, &found](std::size_t q, std::size_t thread) {
      found[q] = merge(q, workers_[thread].row);
    });
    return found;
  }

 private:
  /// The q-th of `queries` and the `count` from there on.
  std::span<const float> some(std::span<const float> queries, std::size_t q, std::size_t count = 1) const {
    return queries.subspan(q * rows_.row_size, count * rows_.row_size);
  }

  /// Of length 1; zeros for one that has no direction.
  void make_units() {
    units_.resize(queries_.size());
    has_direction_.resize(num_queries_);
    for (std::size_t q = 0; q < num_queries_; ++q) {
      const float factor = inverse_length(some(queries_, q));
      has_direction_[q] = std::isfinite(factor);
      if (has_direction_[q])
        scale(factor, some(queries_, q), std::span(units_).subspan(q * rows_.row_size, rows_.row_size));
    }
  }

  /// `count` rows from `first` on, as they stand or in `floats`.
  std::span<const float> read(std::size_t first, std::size_t count, AlignedBytes& floats) const {
    const std::byte* bytes = rows_.bytes.data() + first * rows_.row_bytes();
    const std::size_t size = count * rows_.row_size;
    if (rows_.type == ElementType::float32) return {reinterpret_cast<const float*>(bytes), size};
    floats.reserve(size * sizeof(float));
    widen_float16({reinterpret_cast<const std::uint16_t*>(bytes), size}, {floats.as<float>(), size});
    return {floats.as<float>(), size};
  }

  ExactCosine exact(std::size_t q, AlignedBytes& floats) const {
    return [this, q, &floats](std::uint64_t row) {
      return exact_cosine(read(row, 1, floats), some(queries_, q));
    };
  }

  void search_block(std::size_t block, Worker& worker) const {
    const std::size_t first = block * block_;
    const std::size_t count = std::min(block_, count_ - first);
    const std::span<const float> rows = read(first, count, worker.block);
    worker.inverse_lengths.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const bool shown = search_.shown.empty() || search_.shown[first + i] != 0;
      worker.inverse_lengths[i] = shown ? inverse_length(some(rows, i)) : kNan;
    }
    for (std::size_t q = 0; q < num_queries_; q += kMostQueriesAtOnce) {
      const std::size_t queries = std::min(kMostQueriesAtOnce, num_queries_ - q);
      const RowProducts products =
          multiply_rows(rows, some(units_, q, queries), rows_.row_size, worker.products);
      for (std::size_t i = 0; i < queries; ++i) offer(first, q + i, products, i, worker);
    }
  }

  /// A block's products with one query.
  void offer(std::size_t first, std::size_t query, const RowProducts& products, std::size_t column,
             Worker& worker) const {
    if (!has_direction_[query]) return;
    TopRows& best = worker.best[query];
    for (std::size_t i = 0; i < worker.inverse_lengths.size(); ++i) {
      const float cosine = products.at(i, column) * worker.inverse_lengths[i];
      if (best.wants(cosine)) best.add(first + i, cosine, exact(query, worker.row));
    }
  }

  std::vector<SimilarRow> merge(std::size_t q, AlignedBytes& floats) {
    TopRows& all = workers_.front().best[q];
    for (std::size_t w = 1; w < workers_.size(); ++w) all.merge(workers_[w].best[q], exact(q, floats));
    return all.take(exact(q, floats));
  }

  StoredRows rows_;
  std::span<const float> queries_;
  RowSearch search_;
  std::size_t count_;
  std::size_t num_queries_;
  std::size_t block_;         ///< rows
  std::vector<float> units_;  ///< the queries
  std::vector<bool> has_direction_;
  std::vector<Worker> workers_;
};

}  // namespace

std::vector<std::vector<SimilarRow>> find_similar_rows(const StoredRows& rows, std::span<const float> queries,
                                                       const RowSearch& search) {
  if (rows.row_size == 0 || rows.bytes.size() % rows.row_bytes() != 0 ||
      queries.size() % rows.row_size != 0 || search.num_threads < 1 ||
      (!search.shown.empty() && search.shown.size() != rows.count())) {
    throw std::invalid_argument("rows, queries and what is shown of them do not fit each other");
  }
  if (queries.empty() || rows.count() == 0 || search.most == 0)
    return std::vector<std::vector<SimilarRow>>(queries.size() / rows.row_size);
  return Search(rows, queries, search).run();
}

}  // namespace vit_embed
