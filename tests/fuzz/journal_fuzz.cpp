#include "formats/digest.h"
#include "formats/journal.h"
#include "fuzz/fuzz_input.h"

using namespace vit_embed;

namespace {

/// A journal of two records whose lengths and hashes are right, whatever their payload.
std::string with_payload(std::string_view payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  const std::uint64_t hash = xxh3(std::as_bytes(std::span(payload)));
  std::string record(reinterpret_cast<const char*>(&length), sizeof(length));
  record += payload;
  record.append(reinterpret_cast<const char*>(&hash), sizeof(hash));
  return "VITJRNL1" + record + record;
}

/// What is read is the file's beginning, for byte, up to where the reader says it read.
void check_journal(std::string_view file) {
  static MemoryFile input, output;
  const auto written = output.holding("");
  JournalWriter writer = JournalWriter::create(written);
  JournalReader reader(input.holding(file));
  std::vector<JournalBatch> batches;
  while (auto batch = reader.next()) {
    for (const JournalEntry& entry : batch->entries) {
      expect(entry.outcome <= Outcome::transient_failure, "an outcome is one of three");
    }
    writer.append(*batch);
    batches.push_back(std::move(*batch));
  }
  expect(reader.position() <= file.size(), "a record lies in the file");
  JournalReader again(written);
  for (const JournalBatch& batch : batches) expect(again.next() == batch, "a record reads back");
  expect(!again.next(), "nothing reads back that was not there");
  expect(reader.position() == 0 || again.position() == reader.position(), "a record is written as it was");
}

}  // namespace

/// Both as a file that a crash may have left, and as the payload of records that hash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_journal(as_text(data, size));
  check_journal(with_payload(as_text(data, size)));
  return 0;
}
