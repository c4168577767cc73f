#pragma once

#include <cstdint>

namespace vit_embed {

/// Pillow's cmyk2rgb (Convert.c), with 255 for no ink: paper is (1 - ink) * (1 - black), rounded.
inline std::uint8_t channel_of_cmyk(int paper, int not_black) {
  const int product = (255 - paper) * not_black + 128;  // MULDIV255
  return static_cast<std::uint8_t>(not_black - (((product >> 8) + product) >> 8));
}

}  // namespace vit_embed
