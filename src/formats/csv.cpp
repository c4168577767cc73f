#include "formats/csv.h"

#include <fcntl.h>

#include <algorithm>
#include <span>

#include "base/error.h"
#include "formats/csv_records.h"

namespace vit_embed {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 16;

}  // namespace

void append_csv_field(std::string& line, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    line += field;
    return;
  }
  line += '"';
  for (const char c : field) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

void append_csv_fields(std::string& line, std::span<const std::string> fields) {
  for (const std::string& field : fields) {
    line += ',';
    append_csv_field(line, field);
  }
}

CsvReader::CsvReader(const std::filesystem::path& path) : file_(FileDescriptor::open(path, O_RDONLY)) {}

bool CsvReader::read_more() {
  buffer_.erase(0, taken_);
  taken_ = 0;
  const std::size_t kept = buffer_.size();
  // As much again as is there, for a long record is looked through anew each time.
  buffer_.resize(kept + std::max(kept, kBufferSize));
  const std::size_t length = file_.read_some(std::as_writable_bytes(std::span(buffer_).subspan(kept)));
  buffer_.resize(kept + length);
  return length > 0;
}

std::optional<std::vector<std::string>> CsvReader::next() {
  const auto first = [this] { return first_csv_record(std::string_view(buffer_).substr(taken_)); };
  std::optional<FirstCsvRecord> found = first();
  for (bool more = true; more && (!found || !found->has_line_end);) {
    more = read_more();
    found = first();  // at the end, too: what was found stood in the buffer as it was
  }
  if (!found) throw FatalError("'" + file_.path().native() + "': a quoted field is never closed");
  if (found->length == 0) return std::nullopt;
  taken_ += found->length;
  return csv_fields(found->record);
}

}  // namespace vit_embed
