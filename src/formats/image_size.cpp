#include "formats/image_size.h"

#include <fmt/format.h>

#include <charconv>

namespace vit_embed {
namespace {

std::optional<int> side_from_string(std::string_view text) {
  int side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  if (error != std::errc{} || end != text.data() + text.size() || side <= 0) return std::nullopt;
  return side;
}

}  // namespace

std::string to_string(ImageSize size) {
  return fmt::format("{}x{}", size.height, size.width);
}

std::optional<ImageSize> image_size_from_string(std::string_view text) {
  const std::size_t separator = text.find('x');
  const std::optional<int> height = side_from_string(text.substr(0, separator));
  if (separator == std::string_view::npos) {
    return height ? std::optional(ImageSize{*height, *height}) : std::nullopt;
  }
  const std::optional<int> width = side_from_string(text.substr(separator + 1));
  return height && width ? std::optional(ImageSize{*height, *width}) : std::nullopt;
}

}  // namespace vit_embed
