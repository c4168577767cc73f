#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace vit_embed {

/// "data:image/jpeg;base64,...": a picture within the page that shows it.
std::string jpeg_data_uri(std::span<const std::byte> jpeg);

}  // namespace vit_embed
