#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "hub/safetensors.h"
#include "hub/safetensors_weights.h"
#include "unit/support/safetensors_writer.h"

using namespace vit_embed;

namespace {

std::map<std::string, TestTensor> contents(const SafetensorsFile& file) {
  std::map<std::string, TestTensor> tensors;
  for (const auto& [name, entry] : file.entries()) {
    tensors[name] = {entry.dtype, entry.shape,
                     std::string(reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size())};
  }
  return tensors;
}

bool are_same(const TestTensor& a, const TestTensor& b) {
  return a.dtype == b.dtype && a.shape == b.shape && a.bytes == b.bytes;
}

}  // namespace

/// A file is refused or all of its bytes behind the header are its tensors'; written anew it reads the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input, output;
  try {
    const auto path = input.holding(as_text(data, size));
    const SafetensorsFile file(path);
    std::size_t used = 0;
    for (const auto& [name, entry] : file.entries()) used += entry.bytes.size();
    expect(used + 8 <= size, "tensors lie in the file");
    const auto before = contents(file);
    const auto after = contents(SafetensorsFile(output.holding(safetensors_bytes(before))));
    expect(std::equal(before.begin(), before.end(), after.begin(), after.end(),
                      [](const auto& a, const auto& b) {
                        return a.first == b.first && are_same(a.second, b.second);
                      }),
           "tensors read back");
    SafetensorsWeights({path}).check({});
  } catch (const FatalError&) {
  }
  return 0;
}
