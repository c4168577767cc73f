#include "fuzz/fuzz_input.h"
#include "inputs/tar_stream.h"

using namespace vit_embed;

namespace {

struct Told {
  std::string name;
  FileIdentity identity;
  bool failed = false;
};

std::vector<Told> told(const std::filesystem::path& path, TarStream::Pass pass) {
  auto tar = std::make_shared<TarFile>();
  tar->name = path;
  TarStream stream(std::move(tar), pass, std::make_shared<Cancellation>());
  std::vector<Told> all;
  std::vector<std::byte> bytes;
  while (const std::optional<Input> input = stream.next()) {
    expect(input->columns.size() == kSampleColumns.size(), "an input has a sample's columns");
    for (const std::string& column : input->columns)
      expect(column.size() <= kLargestColumn, "a column is bounded");
    all.push_back({input->name, input->source->identify()});
    if (pass == TarStream::Pass::list) continue;
    try {
      expect(input->source->read(bytes) == all.back().identity, "an image is what it was found to be");
      expect(bytes.size() == all.back().identity.size, "an image is as large as it says");
    } catch (const InputError&) {
      all.back().failed = true;
    }
  }
  return all;
}

}  // namespace

/// Listed and read, a tar gives the same, up to where only reading finds that it is bad.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input;
  const std::filesystem::path& path = input.holding(as_text(data, size));
  const std::vector<Told> read = told(path, TarStream::Pass::read);
  const std::vector<Told> listed = told(path, TarStream::Pass::list);
  expect(!read.empty() && !listed.empty(), "a tar without images is an input that fails");
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (read[i].failed && read[i].name == path) break;
    expect(i < listed.size() && read[i].name == listed[i].name && read[i].identity == listed[i].identity,
           "what is read was listed");
  }
  return 0;
}
