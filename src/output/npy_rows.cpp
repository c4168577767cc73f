#include "output/npy_rows.h"

#include <algorithm>

#include "formats/float16.h"

namespace vit_embed {

void NpyRows::write_row(std::string_view, std::span<const float> row) {
  if (dtype_ == ElementType::float32) {
    file_.append(std::as_bytes(row));
    return;
  }
  halves_.resize(row.size());
  std::ranges::transform(row, halves_.begin(), to_float16);
  file_.append(std::as_bytes(std::span(halves_)));
}

}  // namespace vit_embed
