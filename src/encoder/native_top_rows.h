#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "formats/stored_rows.h"

namespace vit_embed {

/// The exact cosine of a row with the query that the rows are chosen for.
using ExactCosine = std::function<double(std::uint64_t row)>;

/// Chooses the rows with the largest cosines, of equal ones those that stand first, from estimates that come
/// in any order. The choice is that of the exact cosines, whatever the estimates' rounding: a row is
/// dropped only where its estimate is too small for the error that both it and the least of the chosen may
/// have. Keeps some two rows for each that is chosen.
class TopRows {
 public:
  /// `error` bounds an estimate's distance from the exact cosine.
  TopRows(std::size_t most, double error) : most_(most), margin_(2 * error) {}

  /// Whether a row of this estimate may be among them; never for NaN.
  bool wants(float estimate) const { return estimate >= least_; }

  /// Only what is wanted. `exact` is asked where many rows' estimates are too near to tell.
  void add(std::uint64_t row, float estimate, const ExactCosine& exact);

  /// Takes those of another, which saw other rows.
  void merge(const TopRows& other, const ExactCosine& exact);

  /// The chosen, the largest cosine first.
  std::vector<SimilarRow> take(const ExactCosine& exact);

 private:
  struct Entry {
    SimilarRow row;
    bool is_exact = false;
  };

  void add(const Entry& entry, const ExactCosine& exact);
  void drop_the_hopeless();
  void keep_the_best(const ExactCosine& exact);

  std::size_t most_;
  double margin_;
  float least_ = -std::numeric_limits<float>::infinity();
  std::vector<Entry> entries_;
};

}  // namespace vit_embed
