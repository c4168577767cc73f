#pragma once

#include <string>
#include <vector>

#include "output/row_writer.h"

namespace vit_embed {

/// A line an image: {"path":"...","embedding":[...]}, its columns between the two under their names; the
/// embedding of a failed image is null, as is a number that is not finite, for JSON has none.
class JsonlRows : public RowWriter {
 public:
  JsonlRows(AppendFile& file, ElementType dtype, std::vector<std::string> columns)
      : file_(file), dtype_(dtype), column_names_(std::move(columns)) {}
  void write_row(std::string_view name, std::span<const std::string> columns,
                 std::span<const float> row) override;

 private:
  AppendFile& file_;
  ElementType dtype_;
  std::vector<std::string> column_names_;
  std::string line_;
};

/// Appends a JSON string. Bytes that are not UTF-8 stand as Python's surrogateescape has them (0xff as
/// \udcff), so that os.fsencode() gives the name back.
void append_json_string(std::string& json, std::string_view bytes);

}  // namespace vit_embed
