#pragma once

#include <string>
#include <string_view>

namespace vit_embed {

/// A text of a file or a server as a terminal can be given it: with '?' for each control character that the
/// terminal would obey. Line ends and tabs stay.
std::string printable(std::string_view text);

/// The same of what is to stay within its line, a file name: with '?' for line ends and tabs, too.
std::string printable_name(std::string_view name);

}  // namespace vit_embed
