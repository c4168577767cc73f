#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "hub/model_config.h"
#include "hub/processor_config.h"
#include "hub/shard_index.h"
#include "vit/parameters.h"

using namespace vit_embed;

namespace {

template <class Read>
void read(Read read_config) {
  try {
    read_config();
  } catch (const FatalError&) {
  }
}

}  // namespace

/// Any file, taken for each of the three JSON files of a repository, is one that can be used or a FatalError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input;
  const std::filesystem::path& path = input.holding(as_text(data, size));
  read([&] {
    for (const Parameter& parameter : vit_parameters(read_model_config(path))) {
      expect(parameter.num_elements() > 0, "a parameter has elements");
    }
  });
  read([&] {
    const Preprocessing p = read_processor_config(path);
    expect(p.image_size.height > 0 && p.image_size.width > 0, "an image has pixels");
    expect(p.rescale_factor > 0 && p.image_std[0] > 0, "pixel values can be told");
  });
  read([&] {
    for (const std::string& name : read_shard_names(path)) {
      expect(name.ends_with(".safetensors") && name.find('/') == std::string::npos && name.front() != '.',
             "a shard lies beside its index");
      expect(name.find('\0') == std::string::npos, "a shard's name is all there");
    }
  });
  return 0;
}
