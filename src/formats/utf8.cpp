#include "formats/utf8.h"

#include <cstdint>

namespace vit_embed {

std::size_t utf8_length(std::string_view bytes) {
  const auto at = [bytes](std::size_t i) {
    return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
  };
  const auto continues = [at](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
  const int first = at(0);
  const int second = at(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool in_range = second >= (first == 0xe0 ? 0xa0 : 0x80) && second <= (first == 0xed ? 0x9f : 0xbf);
    return in_range && continues(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool in_range = second >= (first == 0xf0 ? 0x90 : 0x80) && second <= (first == 0xf4 ? 0x8f : 0xbf);
    return in_range && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace vit_embed
