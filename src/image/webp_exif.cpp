#include "image/webp_exif.h"

#include <cstdint>
#include <string_view>

namespace vit_embed {
namespace {

constexpr std::size_t kRiffHeaderSize = 12;
constexpr std::size_t kTypeAndLength = 8;

std::uint32_t little_endian_32(std::span<const std::byte, 4> bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  return value;
}

}  // namespace

std::span<const std::byte> webp_exif(std::span<const std::byte> webp) {
  std::size_t at = kRiffHeaderSize;
  while (at + kTypeAndLength <= webp.size()) {
    const std::size_t length = little_endian_32(webp.subspan(at + 4).first<4>());
    if (length > webp.size() - at - kTypeAndLength) return {};
    const std::string_view type(reinterpret_cast<const char*>(webp.data()) + at, 4);
    if (type == "EXIF") return webp.subspan(at + kTypeAndLength, length);
    at += kTypeAndLength + length + length % 2;
  }
  return {};
}

}  // namespace vit_embed
