#pragma once

#include <cstdint>
#include <string>

#include "output/row_writer.h"

namespace vit_embed {

/// "path,f0,f1,...\n", the further columns' names before f0.
std::string csv_rows_header(std::span<const std::string> columns, std::uint64_t row_size);

/// formats/csv.h, a record an image: its path, its columns, then its numbers, each as the shortest decimal
/// that reads back to the same float32; NaN as "nan". With float16 they are the rounded values.
class CsvRows : public RowWriter {
 public:
  CsvRows(AppendFile& file, ElementType dtype) : file_(file), dtype_(dtype) {}
  void write_row(std::string_view name, std::span<const std::string> columns,
                 std::span<const float> row) override;

 private:
  AppendFile& file_;
  ElementType dtype_;
  std::string line_;
};

/// Appends the shortest decimal that reads back to `value`; "nan" and "inf" for what has none.
void append_number(std::string& text, float value);

}  // namespace vit_embed
