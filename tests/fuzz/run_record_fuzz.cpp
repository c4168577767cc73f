#include "base/error.h"
#include "formats/run_record.h"
#include "fuzz/fuzz_input.h"

using namespace vit_embed;

/// Any file is a run's record, which differs in nothing from what we write of it, or a FatalError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input, output;
  try {
    const RunRecord record = read_run_record(input.holding(as_text(data, size)));
    const RunRecord again = read_run_record(output.holding(to_json(record)));
    expect(differences(record, again).empty(), "a record reads back");
  } catch (const FatalError&) {
  }
  return 0;
}
