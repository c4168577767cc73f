#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"

// CSV as this program writes it everywhere
// ========================================
// RFC 4180 with LF: fields separated by commas; a field that holds a comma, a double quote, a CR or an LF is
// put in double quotes, a double quote within it doubled. Fields are bytes: a file name stands as the file
// system has it, UTF-8 or not. LF and CRLF end a record when read, and a double quote that does not open a
// field is a byte like others, as is what stands between a closed quote and the comma. The first line names
// the columns; readers go by these names, so that columns can be added.

namespace vit_embed {

/// Appends one field, quoted where it must be.
void append_csv_field(std::string& line, std::string_view field);
/// Appends each as one field more, behind a comma.
void append_csv_fields(std::string& line, std::span<const std::string> fields);

/// Reads the records of a file one at a time; of the file no more than a block and a record is in memory.
class CsvReader {
 public:
  /// Throws FatalError where the file cannot be opened.
  explicit CsvReader(const std::filesystem::path& path);

  /// The next record; nothing at the end. Throws FatalError on a quote that is never closed.
  std::optional<std::vector<std::string>> next();

 private:
  /// Reads on behind what was not taken yet; false at the end of the file.
  bool read_more();

  FileDescriptor file_;
  std::string buffer_;
  std::size_t taken_ = 0;  ///< of the buffer
};

}  // namespace vit_embed
