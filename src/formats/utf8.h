#pragma once

#include <cstddef>
#include <string_view>

namespace vit_embed {

/// The length of the well-formed UTF-8 sequence at the start of `bytes` (Unicode, table 3-7); 0 where there
/// is none.
std::size_t utf8_length(std::string_view bytes);

}  // namespace vit_embed
