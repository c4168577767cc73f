#include "formats/csv_records.h"

#include <algorithm>

#include "base/error.h"

namespace vit_embed {
namespace {

/// Where the quoted part that starts before `at` is closed; npos: nowhere.
std::size_t closing_quote(std::string_view text, std::size_t at) {
  while ((at = text.find('"', at)) != text.npos) {
    if (at + 1 == text.size() || text[at + 1] != '"') return at;
    at += 2;
  }
  return text.npos;
}

/// The length of the field at the start of `record`, quotes and all.
std::size_t field_length(std::string_view record) {
  const std::size_t at = record.starts_with('"') ? closing_quote(record, 1) : 0;
  return std::min(record.find(',', at), record.size());
}

std::string without_quotes(std::string_view field) {
  if (!field.starts_with('"')) return std::string(field);
  const std::size_t end = closing_quote(field, 1);
  std::string plain;
  plain.reserve(field.size());
  std::size_t begin = 1;
  while (true) {  // up to each doubled quote
    const std::size_t quote = field.find('"', begin);
    plain += field.substr(begin, quote - begin);
    begin = quote + 1;
    if (quote == end) break;
    plain += '"';
    ++begin;
  }
  plain += field.substr(begin);
  return plain;
}

}  // namespace

std::optional<FirstCsvRecord> first_csv_record(std::string_view text) {
  std::size_t end = std::min(text.find('\n'), text.size());
  for (std::size_t at = 0; (at = text.substr(0, end).find('"', at)) != text.npos; ++at) {
    if (at > 0 && text[at - 1] != ',') continue;  // a byte like others
    at = closing_quote(text, at + 1);
    if (at == text.npos) return std::nullopt;
    if (at > end) end = std::min(text.find('\n', at), text.size());
  }
  FirstCsvRecord first{text.substr(0, end), end, end < text.size()};
  if (first.has_line_end) {
    ++first.length;
    if (first.record.ends_with('\r')) first.record.remove_suffix(1);
  }
  return first;
}

std::optional<std::string_view> CsvRecords::next() {
  if (text_.empty()) return std::nullopt;
  const std::optional<FirstCsvRecord> first = first_csv_record(text_);
  if (!first) throw FatalError("a quoted field is never closed");
  text_.remove_prefix(first->length);
  return first->record;
}

std::optional<std::string> csv_field(std::string_view record, std::size_t column) {
  for (; column > 0; --column) {
    const std::size_t length = field_length(record);
    if (length == record.size()) return std::nullopt;
    record.remove_prefix(length + 1);
  }
  return without_quotes(record.substr(0, field_length(record)));
}

std::vector<std::string> csv_fields(std::string_view record) {
  std::vector<std::string> fields;
  while (true) {
    const std::size_t length = field_length(record);
    fields.push_back(without_quotes(record.substr(0, length)));
    if (length == record.size()) return fields;
    record.remove_prefix(length + 1);
  }
}

}  // namespace vit_embed
