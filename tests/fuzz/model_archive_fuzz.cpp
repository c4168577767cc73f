#include "base/error.h"
#include "formats/model_archive.h"
#include "formats/model_metadata.h"
#include "fuzz/fuzz_input.h"

using namespace vit_embed;

namespace {

/// As the native engine reads them; more than the file holds cannot be stored in it.
void read_records(const ModelArchive& archive, std::size_t file_size) {
  for (const ModelArchive::Record& record : archive.records()) {
    std::vector<std::byte> bytes(std::min<std::uint64_t>(record.size, file_size + 1));
    try {
      archive.read(record, bytes);
      expect(bytes.size() <= file_size, "a record lies in the file");
    } catch (const FatalError&) {
    }
  }
}

}  // namespace

/// Any file is an archive whose records lie in it, or a FatalError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input;
  const std::filesystem::path& path = input.holding(as_text(data, size));
  try {
    read_records(ModelArchive(path), size);
    find_model_metadata(path);
  } catch (const FatalError&) {
  }
  return 0;
}
