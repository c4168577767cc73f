#include "output/jsonl_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "formats/float16.h"
#include "output/csv_rows.h"

namespace vit_embed {
namespace {

/// The length of the well-formed UTF-8 sequence at the start of `bytes` (Unicode, table 3-7); 0 where there
/// is none.
std::size_t utf8_length(std::string_view bytes) {
  const auto at = [bytes](std::size_t i) {
    return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
  };
  const auto continues = [at](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const int first = at(0);
  const int second = at(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool in_range = second >= (first == 0xe0 ? 0xa0 : 0x80) && second <= (first == 0xed ? 0x9f : 0xbf);
    return in_range && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool in_range = second >= (first == 0xf0 ? 0x90 : 0x80) && second <= (first == 0xf4 ? 0x8f : 0xbf);
    return in_range && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

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

void JsonlRows::write_row(std::string_view name, std::span<const float> row) {
  line_ = "{\"path\":";
  append_json_string(line_, name);
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
