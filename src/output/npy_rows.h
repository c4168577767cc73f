#pragma once

#include <cstdint>
#include <vector>

#include "output/row_writer.h"

namespace vit_embed {

/// Rows of formats/npy.h. The name is not in the file; X.index.csv has it.
class NpyRows : public RowWriter {
 public:
  NpyRows(AppendFile& file, ElementType dtype) : file_(file), dtype_(dtype) {}
  void write_row(std::string_view name, std::span<const float> row) override;

 private:
  AppendFile& file_;
  ElementType dtype_;
  std::vector<std::uint16_t> halves_;
};

}  // namespace vit_embed
