#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vit_embed {

/// The records of a CSV in memory (csv.h), one after the other and not yet cut into fields: a million of them
/// take less than a tenth of a second.
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

}  // namespace vit_embed
