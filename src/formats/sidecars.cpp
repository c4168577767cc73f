#include "formats/sidecars.h"

#include "formats/csv.h"

namespace vit_embed {

std::string_view to_string(FailureKind kind) {
  return kind == FailureKind::permanent ? "permanent" : "transient";
}

std::string index_header(std::span<const std::string> columns) {
  std::string header = "row,path";
  append_csv_fields(header, columns);
  return header + '\n';
}

std::string index_record(std::uint64_t row, std::string_view path, std::span<const std::string> columns) {
  std::string line = std::to_string(row) + ",";
  append_csv_field(line, path);
  append_csv_fields(line, columns);
  line += '\n';
  return line;
}

std::string inputs_record(const JournalEntry& input) {
  std::string line;
  append_csv_field(line, input.name);
  line += ',' + std::to_string(input.identity.size) + ',' + std::to_string(input.identity.mtime_ns) + ',';
  line += to_string(input.outcome);
  line += '\n';
  return line;
}

std::string failure_record(std::string_view path, std::string_view reason, FailureKind kind) {
  std::string line;
  append_csv_field(line, path);
  line += ',';
  append_csv_field(line, reason);
  line += ',';
  line += to_string(kind);
  line += '\n';
  return line;
}

}  // namespace vit_embed
