#include "output/jsonl_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "formats/float16.h"
#include "formats/utf8.h"
#include "output/csv_rows.h"

namespace vit_embed {

void append_json_string(std::string& json, std::string_view bytes) {
  json += '"';
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    if (length == 0) {
      json += fmt::format("\\udc{:02x}", byte);
    } else if (byte == '"' || byte == '\\') {
      json += '\\';
      json += bytes.front();
    } else if (byte < 0x20 || byte == 0x7f) {
      json += fmt::format("\\u{:04x}", byte);
    } else {
      json += bytes.substr(0, length);
    }
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  json += '"';
}

void JsonlRows::write_row(std::string_view name, std::span<const std::string> columns,
                          std::span<const float> row) {
  line_ = "{\"path\":";
  append_json_string(line_, name);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    line_ += ',';
    append_json_string(line_, column_names_[i]);
    line_ += ':';
    append_json_string(line_, columns[i]);
  }
  line_ += ",\"embedding\":";
  if (std::ranges::all_of(row, [](float value) { return std::isnan(value); })) {
    line_ += "null";
  } else {
    char separator = '[';
    for (const float value : row) {
      line_ += separator;
      separator = ',';
      const float rounded = rounded_to(dtype_, value);
      if (std::isfinite(rounded)) {
        append_number(line_, rounded);
      } else {
        line_ += "null";
      }
    }
    line_ += ']';
  }
  line_ += "}\n";
  file_.append(line_);
}

}  // namespace vit_embed
