#include "output/nearest_neighbors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace vit_embed {
namespace {

constexpr std::size_t kPanelRows = 8;
/// Panels that stay in the second-level cache while all others pass by.
constexpr std::size_t kPanelsAtATime = 16;

/// Four floats that the compiler keeps in one register.
typedef float Lanes __attribute__((vector_size(16)));

using Tile = std::array<std::array<float, kPanelRows>, kPanelRows>;

/// The rows scaled to length 1, eight at a time: a panel holds the eight first numbers, the eight second ones
/// and so on, so that products run over rows and need no sums across a register.
class UnitPanels {
 public:
  UnitPanels(std::span<const float> rows, std::size_t row_size)
      : row_size_(row_size), rows_(rows.size() / row_size) {
    panels_.resize(count() * kPanelRows * row_size);
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::span<const float> row = rows.subspan(i * row_size, row_size);
      double squares = 0;
      for (const float x : row) squares += static_cast<double>(x) * x;
      if (squares == 0 || !std::isfinite(squares)) continue;
      const double scale = 1 / std::sqrt(squares);
      float* panel = &panels_[i / kPanelRows * kPanelRows * row_size];
      for (std::size_t k = 0; k < row_size; ++k)
        panel[k * kPanelRows + i % kPanelRows] = static_cast<float>(row[k] * scale);
    }
  }

  std::size_t count() const { return (rows_ + kPanelRows - 1) / kPanelRows; }

  /// The cosines of every row of panel `p` with every row of panel `q`.
  Tile cosines(std::size_t p, std::size_t q) const {
    Tile tile;
    for (std::size_t half : {std::size_t{0}, kPanelRows / 2}) {
      const float* a = &panels_[p * kPanelRows * row_size_ + half];
      const float* b = &panels_[q * kPanelRows * row_size_];
      Lanes sums[4][2] = {};
      for (std::size_t k = 0; k < row_size_; ++k, a += kPanelRows, b += kPanelRows) {
        Lanes columns[2];
        std::memcpy(columns, b, sizeof(columns));
#pragma GCC unroll 4
        for (std::size_t r = 0; r < 4; ++r) {
          sums[r][0] += a[r] * columns[0];
          sums[r][1] += a[r] * columns[1];
        }
      }
      std::memcpy(&tile[half], sums, sizeof(sums));
    }
    return tile;
  }

 private:
  std::size_t row_size_;
  std::size_t rows_;
  std::vector<float> panels_;
};

/// The largest cosine seen of each row and whose it is. Rows must be offered in ascending order.
class Nearest {
 public:
  explicit Nearest(std::size_t rows) : cosines_(rows, -2.0F), indices_(rows) {}

  void offer(std::size_t row, std::size_t other, float cosine) {
    if (row >= indices_.size() || other >= indices_.size() || row == other || !(cosine > cosines_[row]))
      return;
    cosines_[row] = cosine;
    indices_[row] = other;
  }

  std::vector<std::size_t> take() { return std::move(indices_); }

 private:
  std::vector<float> cosines_;
  std::vector<std::size_t> indices_;
};

void offer_tile(const Tile& tile, std::size_t p, std::size_t q, Nearest& nearest) {
  for (std::size_t i = 0; i < kPanelRows; ++i) {
    for (std::size_t j = 0; j < kPanelRows; ++j) {
      const std::size_t row = p * kPanelRows + i;
      const std::size_t other = q * kPanelRows + j;
      nearest.offer(row, other, tile[i][j]);
      if (p != q) nearest.offer(other, row, tile[i][j]);
    }
  }
}

}  // namespace

std::vector<std::size_t> nearest_neighbors(std::span<const float> rows, std::size_t row_size) {
  const std::size_t count = rows.size() / row_size;
  if (count < 2) return {};
  const UnitPanels panels(rows, row_size);
  Nearest nearest(count);
  for (std::size_t first = 0; first < panels.count(); first += kPanelsAtATime) {
    for (std::size_t q = first; q < panels.count(); ++q) {
      for (std::size_t p = first; p < std::min(first + kPanelsAtATime, q + 1); ++p)
        offer_tile(panels.cosines(p, q), p, q, nearest);
    }
  }
  return nearest.take();
}

}  // namespace vit_embed
