#include "inputs/input_stream.h"

#include "base/error.h"

namespace vit_embed {

void require_images(std::uint64_t count, const InputStream& inputs) {
  if (count > 0 || inputs.passed_over() > 0) return;
  const std::string why = inputs.why_empty();
  throw FatalError(why.empty() ? "no images found" : "no images found: " + why);
}

}  // namespace vit_embed
