#include "base/error.h"
#include "formats/meta.h"
#include "fuzz/fuzz_input.h"

using namespace vit_embed;

/// Any text is an output's meta, which reads back from what we write of it, or a FatalError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const OutputMeta meta = output_meta_from_json(as_text(data, size));
    expect(output_meta_from_json(to_json(meta)) == meta, "a meta reads back");
    expect(meta.fingerprint.id().size() == 64, "a fingerprint has an id");
  } catch (const FatalError&) {
  }
  return 0;
}
