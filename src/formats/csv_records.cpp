#include "formats/csv_records.h"

#include <algorithm>

#include "base/error.h"

namespace vit_embed {
namespace {

/// The length of the field at the start of `record`, quotes and all.
std::size_t field_length(std::string_view record) {
  std::size_t at = 0;
  if (record.starts_with('"')) {
    for (at = 1; at < record.size(); ++at) {
      if (record[at] != '"') continue;
      if (at + 1 == record.size() || record[at + 1] != '"') break;
      ++at;
    }
  }
  return std::min(record.find(',', at), record.size());
}

std::string without_quotes(std::string_view field) {
  if (!field.starts_with('"')) return std::string(field);
  field.remove_prefix(1);
  if (field.ends_with('"')) field.remove_suffix(1);
  std::string plain;
  for (std::size_t i = 0; i < field.size(); ++i) {
    plain += field[i];
    if (field[i] == '"') ++i;  // a doubled one
  }
  return plain;
}

}  // namespace

std::optional<std::string_view> CsvRecords::next() {
  if (text_.empty()) return std::nullopt;
  bool quoted = false;
  std::size_t end = 0;
  while (true) {
    const std::size_t line_end = std::min(text_.find('\n', end), text_.size());
    const std::string_view line = text_.substr(end, line_end - end);
    // Most lines have no quote, which find() sees much sooner than count() does.
    if (line.find('"') != line.npos) quoted ^= std::ranges::count(line, '"') % 2 != 0;
    end = line_end;
    if (!quoted) break;
    if (end == text_.size()) throw FatalError("a quoted field is never closed");
    ++end;
  }
  std::string_view record = text_.substr(0, end);
  text_.remove_prefix(std::min(end + 1, text_.size()));
  if (record.ends_with('\r')) record.remove_suffix(1);
  return record;
}

std::optional<std::string> csv_field(std::string_view record, std::size_t column) {
  for (; column > 0; --column) {
    const std::size_t length = field_length(record);
    if (length == record.size()) return std::nullopt;
    record.remove_prefix(length + 1);
  }
  return without_quotes(record.substr(0, field_length(record)));
}

}  // namespace vit_embed
