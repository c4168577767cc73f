#include "base/error.h"
#include "formats/model_description.h"
#include "formats/model_metadata.h"
#include "fuzz/fuzz_input.h"
#include "vit/parameters.h"

using namespace vit_embed;

/// Any text is a model's metadata, which reads back from what we write of it, or a FatalError; one whose
/// table fits its architecture has tensors of sizes that can be told.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const ModelMetadata metadata = model_metadata_from_json(as_text(data, size));
    expect(model_metadata_from_json(to_json(metadata)) == metadata, "metadata reads back");
    expect(describe(metadata).num_tokens > 1, "a model has tokens");
    validate_tensor_table(metadata);
    for (const Parameter& parameter : vit_parameters(metadata.architecture)) {
      expect(parameter.num_elements() > 0, "a parameter has elements");
    }
  } catch (const FatalError&) {
  }
  return 0;
}
