#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vit_embed {

/// Of a model's pixel_values, in pixels; height first, as in the Hub's configurations.
struct ImageSize {
  int height = 224;
  int width = 224;

  std::size_t num_pixels() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  }

  bool operator==(const ImageSize&) const = default;
};

/// "224x224", height first.
std::string to_string(ImageSize size);
/// From "224" (a square) or "384x224", both sides above zero.
std::optional<ImageSize> image_size_from_string(std::string_view text);

}  // namespace vit_embed
