#pragma once

#include "formats/row_bytes.h"
#include "output/row_writer.h"

namespace vit_embed {

/// Rows of formats/npy.h. Name and columns are not in the file; X.index.csv has them.
class NpyRows : public RowWriter {
 public:
  NpyRows(AppendFile& file, ElementType dtype) : file_(file), bytes_(dtype) {}
  void write_row(std::string_view, std::span<const std::string>, std::span<const float> row) override {
    file_.append(bytes_.of(row));
  }

 private:
  AppendFile& file_;
  RowBytes bytes_;
};

}  // namespace vit_embed
