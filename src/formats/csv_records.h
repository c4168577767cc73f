#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

/// The first record of a CSV (csv.h) in memory, not yet cut into fields.
struct FirstCsvRecord {
  std::string_view record;  ///< without its line end
  std::size_t length;       ///< with its line end: the next one starts here
  bool has_line_end;        ///< else the text ended first
};

/// Nothing where a quote is not closed within the text.
std::optional<FirstCsvRecord> first_csv_record(std::string_view text);

/// The records of a CSV in memory, one after the other: a million of them take less than a tenth of a second.
class CsvRecords {
 public:
  explicit CsvRecords(std::string_view text) : text_(text) {}

  /// The next record, a part of the text, without its line end; nothing at the end. Throws FatalError, naming
  /// no file, on a quote that is never closed.
  std::optional<std::string_view> next();

 private:
  std::string_view text_;
};

/// A field of a record, without its quotes; nothing where there are not as many.
std::optional<std::string> csv_field(std::string_view record, std::size_t column);

/// All fields of a record, without their quotes; at least one.
std::vector<std::string> csv_fields(std::string_view record);

}  // namespace vit_embed
