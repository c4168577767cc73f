#include "encoder/native_top_rows.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace vit_embed {
namespace {

/// So many entries more than twice the chosen are kept before they are sorted out.
constexpr std::size_t kSpare = 64;

}  // namespace

void TopRows::add(std::uint64_t row, float estimate, const ExactCosine& exact) {
  add(Entry{{row, estimate}, false}, exact);
}

void TopRows::merge(const TopRows& other, const ExactCosine& exact) {
  for (const Entry& entry : other.entries_) {
    if (wants(static_cast<float>(entry.row.cosine))) add(entry, exact);
  }
}

std::vector<SimilarRow> TopRows::take(const ExactCosine& exact) {
  drop_the_hopeless();
  keep_the_best(exact);
  std::vector<SimilarRow> rows;
  std::ranges::transform(entries_, std::back_inserter(rows), &Entry::row);
  return rows;
}

void TopRows::add(const Entry& entry, const ExactCosine& exact) {
  entries_.push_back(entry);
  if (entries_.size() < 2 * most_ + kSpare) return;
  drop_the_hopeless();
  if (entries_.size() > most_ + kSpare / 2) keep_the_best(exact);
}

/// There are `most_` rows of at least the last one's estimate, less its error; so a row that is further below
/// than both errors cannot be one of them.
void TopRows::drop_the_hopeless() {
  if (entries_.size() <= most_) return;
  const auto last = entries_.begin() + static_cast<std::ptrdiff_t>(most_) - 1;
  std::ranges::nth_element(entries_, last, std::greater{}, [](const Entry& e) { return e.row.cosine; });
  const double least = last->row.cosine - margin_;
  least_ = std::nextafter(static_cast<float>(least), -2.0F);
  std::erase_if(entries_, [least](const Entry& e) { return e.row.cosine < least; });
}

void TopRows::keep_the_best(const ExactCosine& exact) {
  for (Entry& entry : entries_) {
    if (!entry.is_exact) entry = {{entry.row.row, exact(entry.row.row)}, true};
  }
  std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
    return a.row.cosine != b.row.cosine ? a.row.cosine > b.row.cosine : a.row.row < b.row.row;
  });
  if (entries_.size() > most_) entries_.resize(most_);
}

}  // namespace vit_embed
