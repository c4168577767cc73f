#include "output/csv_rows.h"

#include <array>
#include <charconv>
#include <cmath>

#include "formats/csv.h"
#include "formats/float16.h"

namespace vit_embed {

std::string csv_rows_header(std::span<const std::string> columns, std::uint64_t row_size) {
  std::string header = "path";
  append_csv_fields(header, columns);
  for (std::uint64_t i = 0; i < row_size; ++i) header += ",f" + std::to_string(i);
  return header + "\n";
}

void append_number(std::string& text, float value) {
  if (std::isnan(value)) {  // to_chars writes the sign of a NaN, which means nothing
    text += "nan";
    return;
  }
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end);
}

void CsvRows::write_row(std::string_view name, std::span<const std::string> columns,
                        std::span<const float> row) {
  line_.clear();
  append_csv_field(line_, name);
  append_csv_fields(line_, columns);
  for (const float value : row) {
    line_ += ',';
    append_number(line_, rounded_to(dtype_, value));
  }
  line_ += '\n';
  file_.append(line_);
}

}  // namespace vit_embed
