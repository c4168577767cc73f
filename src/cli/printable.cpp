#include "cli/printable.h"

#include <algorithm>

namespace vit_embed {
namespace {

/// U+0080 to U+009F, of which U+009B starts a sequence as ESC [ does, in UTF-8.
bool is_upper_control(unsigned char first, unsigned char second) {
  return first == 0xc2 && second >= 0x80 && second <= 0x9f;
}

bool is_lower_control(unsigned char c) {
  return (c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown(text);
  std::ranges::replace_if(shown, is_lower_control, '?');
  for (std::size_t i = 0; i + 1 < shown.size(); ++i) {
    if (is_upper_control(static_cast<unsigned char>(shown[i]), static_cast<unsigned char>(shown[i + 1])))
      shown.replace(i, 2, "?");
  }
  return shown;
}

std::string printable_name(std::string_view name) {
  std::string shown = printable(name);
  std::ranges::replace_if(
      shown, [](char c) { return c == '\n' || c == '\t'; }, '?');
  return shown;
}

}  // namespace vit_embed
