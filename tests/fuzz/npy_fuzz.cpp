#include "base/error.h"
#include "formats/npy.h"
#include "fuzz/fuzz_input.h"

using namespace vit_embed;

/// A header is refused or lies in the file; one that could be ours reads back from what we write of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input, output;
  try {
    const NpyDescription npy = read_npy_header(input.holding(as_text(data, size)));
    expect(npy.file_size == size && npy.header_length <= size, "a header lies in its file");
    const bool complete = npy.is_complete();
    const bool ours =
        (npy.descr == "<f4" || npy.descr == "<f2") && !npy.fortran_order && npy.shape.size() <= 3;
    if (!ours) return 0;
    const ElementType type = npy.descr == "<f4" ? ElementType::float32 : ElementType::float16;
    std::string written = npy_header(type, npy.shape);
    expect(written.size() == kNpyHeaderLength, "a header has one length");
    written.append(size - npy.header_length, '\0');
    const NpyDescription again = read_npy_header(output.holding(written));
    expect(again.shape == npy.shape && again.descr == npy.descr, "a header reads back");
    expect(again.is_complete() == complete, "the same rows are as complete behind any header");
  } catch (const FatalError&) {
  }
  return 0;
}
