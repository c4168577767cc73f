#include "image/png_chunks.h"

#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "image/image_format.h"

namespace vit_embed {
namespace {

constexpr std::size_t kSignatureSize = 8;
constexpr std::size_t kLengthAndType = 8;
constexpr std::size_t kCrcSize = 4;
constexpr std::size_t kHeaderSize = 13;  // IHDR's content
constexpr std::byte kAncillaryBit{0x20};

std::uint32_t big_endian_32(std::span<const std::byte, 4> bytes) {
  std::uint32_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

void read_header(std::span<const std::byte> header, PngChunks& chunks) {
  if (header.size() != kHeaderSize) throw InputError(FailureKind::permanent, "corrupt PNG: bad header");
  check_image_size(big_endian_32(header.first<4>()), big_endian_32(header.subspan<4, 4>()));
  constexpr std::byte kGray{0};
  chunks.is_16_bit_gray = header[8] == std::byte{16} && header[9] == kGray;
}

}  // namespace

PngChunks read_png_chunks(std::span<const std::byte> png) {
  PngChunks chunks;
  chunks.critical.reserve(png.size());
  chunks.critical.assign(png.begin(), png.begin() + kSignatureSize);
  for (auto rest = png.subspan(kSignatureSize); rest.size() >= kLengthAndType + kCrcSize;) {
    const std::size_t length = big_endian_32(rest.first<4>());
    if (length > rest.size() - kLengthAndType - kCrcSize) break;
    const auto content = rest.subspan(kLengthAndType, length);
    const std::string_view type(reinterpret_cast<const char*>(rest.data()) + 4, 4);
    const std::size_t chunk_size = kLengthAndType + length + kCrcSize;
    if (type == "IHDR") read_header(content, chunks);
    if (type == "eXIf") chunks.exif = content;
    if ((rest[4] & kAncillaryBit) == std::byte{}) {
      chunks.critical.insert(chunks.critical.end(), rest.begin(),
                             rest.begin() + static_cast<std::ptrdiff_t>(chunk_size));
    }
    if (type == "IEND") return chunks;
    rest = rest.subspan(chunk_size);
  }
  throw InputError(FailureKind::permanent, "truncated PNG: the data ends early");
}

}  // namespace vit_embed
