#include "image/image_size_limit.h"

#include <fmt/format.h>

#include <limits>

#include "image/decode_failure.h"

namespace vit_embed {

void check_image_size(std::uint64_t width, std::uint64_t height, const DecodeOptions& options) {
  constexpr std::uint64_t kLargestSide =
      std::numeric_limits<int>::max() / 4;  // so that row_bytes() fits, too
  if (width < 1 || height < 1) {
    fail(fmt::format("image without pixels ({}x{})", width, height));
  }
  if (width > options.max_pixels / height || width > kLargestSide || height > kLargestSide) {
    fail(fmt::format("{}x{} is more than the limit of {} pixels", width, height, options.max_pixels));
  }
}

}  // namespace vit_embed
