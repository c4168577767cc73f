#include "base/error.h"
#include "formats/csv.h"
#include "formats/csv_records.h"
#include "fuzz/fuzz_input.h"

using namespace vit_embed;

namespace {

using Records = std::vector<std::vector<std::string>>;

Records read_all(const std::filesystem::path& path) {
  CsvReader reader(path);
  Records records;
  while (auto record = reader.next()) {
    expect(!record->empty(), "a record has a field");
    records.push_back(std::move(*record));
  }
  return records;
}

std::string write_all(const Records& records) {
  std::string text;
  for (const auto& record : records) {
    for (std::size_t i = 0; i < record.size(); ++i) {
      if (i > 0) text += ',';
      append_csv_field(text, record[i]);
    }
    text += '\n';
  }
  return text;
}

/// The same, of a text that is not cut up.
Records read_uncut(std::string_view text) {
  CsvRecords reader(text);
  Records records;
  while (const auto record = reader.next()) {
    records.emplace_back();
    for (std::size_t column = 0; auto field = csv_field(*record, column); ++column)
      records.back().push_back(std::move(*field));
  }
  return records;
}

}  // namespace

/// Any records that are read are read again from what we write of them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input, output;
  try {
    const Records records = read_all(input.holding(as_text(data, size)));
    expect(read_uncut(as_text(data, size)) == records, "read alike in memory");
    const std::string text = write_all(records);
    expect(read_all(output.holding(text)) == records, "records read back");
  } catch (const FatalError&) {  // a quote that is never closed
    expect(as_text(data, size).find('"') != std::string_view::npos, "only quotes can be wrong");
  }
  return 0;
}
