#include "query/html_text.h"

#include <algorithm>
#include <cstdint>

#include "formats/utf8.h"

namespace vit_embed {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// U+0000 to U+001F, U+007F, and U+0080 to U+009F in UTF-8.
bool is_control(std::string_view character) {
  const auto first = static_cast<std::uint8_t>(character[0]);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0;
}

std::string_view escaped(std::string_view character) {
  if (is_control(character)) return kReplacement;
  switch (character[0]) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return character;
  }
}

}  // namespace

std::string html_text(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    text += length == 0 ? kReplacement : escaped(bytes.substr(0, length));
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

}  // namespace vit_embed
