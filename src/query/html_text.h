#pragma once

#include <string>
#include <string_view>

namespace vit_embed {

/// Bytes, a file name's, as text of an HTML page, within elements or quoted attributes: markup escaped, and
/// U+FFFD for what is not UTF-8 and for control characters, which have no place in a page.
std::string html_text(std::string_view bytes);

}  // namespace vit_embed
