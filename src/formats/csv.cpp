#include "formats/csv.h"

#include <fcntl.h>

#include "base/error.h"

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

CsvReader::CsvReader(const std::filesystem::path& path) : file_(FileDescriptor::open(path, O_RDONLY)) {}

int CsvReader::get() {
  if (position_ == buffer_.size()) {
    buffer_.resize(kBufferSize);
    buffer_.resize(file_.read_some(std::as_writable_bytes(std::span(buffer_))));
    position_ = 0;
    if (buffer_.empty()) return -1;
  }
  return static_cast<unsigned char>(buffer_[position_++]);
}

int CsvReader::peek() {
  const int c = get();
  if (c >= 0) --position_;
  return c;
}

std::string CsvReader::quoted_field() {
  std::string field;
  for (int c; (c = get()) >= 0; field += static_cast<char>(c)) {
    if (c != '"') continue;
    if (peek() != '"') return field;
    get();
  }
  throw FatalError("'" + file_.path().native() + "': a quoted field is never closed");
}

std::optional<std::vector<std::string>> CsvReader::next() {
  if (peek() < 0) return std::nullopt;
  std::vector<std::string> record(1);
  bool at_start = true;  // of a field
  for (int c; (c = get()) >= 0 && c != '\n';) {
    if (c == '"' && at_start) {
      record.back() = quoted_field();
    } else if (c == ',') {
      record.emplace_back();
    } else if (c != '\r' || peek() != '\n') {
      record.back() += static_cast<char>(c);
    }
    at_start = c == ',';
  }
  return record;
}

}  // namespace vit_embed
