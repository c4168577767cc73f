#include "image/image_format.h"

#include <fmt/format.h>

#include <string_view>

#include "image/decode_failure.h"

namespace vit_embed {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kPnmMagicSize = 3;

bool is_pnm(std::string_view bytes) {
  return bytes.size() >= kPnmMagicSize && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' &&
         " \t\n\v\f\r"sv.find(bytes[2]) != std::string_view::npos;
}

bool is_jpeg2000(std::string_view bytes) {
  constexpr std::string_view kCodestream = "\xFF\x4F\xFF\x51"sv;
  constexpr std::string_view kContainer = "\0\0\0\x0CjP  "sv;
  return bytes.starts_with(kCodestream) || bytes.starts_with(kContainer);
}

bool is_tiff(std::string_view bytes) {
  return bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv) || bytes.starts_with("II+\0"sv) ||
         bytes.starts_with("MM\0+"sv);
}

[[noreturn]] void refuse(std::string_view bytes) {
  if (bytes.empty()) fail("empty file");
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp"sv) {
    fail(fmt::format("AVIF, HEIC and video are not supported (brand '{}')", bytes.substr(8, 4)));
  }
  if (bytes.starts_with("%PDF"sv)) fail("PDF is not supported");
  fail("not an image in a known format");
}

}  // namespace

ImageFormat detect_image_format(std::span<const std::byte> encoded) {
  const std::string_view bytes(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return ImageFormat::jpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return ImageFormat::png;
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv)
    return ImageFormat::webp;
  if (is_tiff(bytes)) return ImageFormat::tiff;
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return ImageFormat::gif;
  if (bytes.starts_with("BM"sv)) return ImageFormat::bmp;
  if (is_pnm(bytes)) return ImageFormat::pnm;
  if (is_jpeg2000(bytes)) return ImageFormat::jpeg2000;
  refuse(bytes);
}

}  // namespace vit_embed
