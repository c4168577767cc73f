#include "image/codec_versions.h"

#include <fmt/format.h>
#include <gif_lib.h>
#include <openjpeg.h>
#include <png.h>
#include <tiffio.h>
#include <webp/decode.h>

// jpeglib.h needs FILE and size_t declared before it.
#include <cstdio>

#include <jpeglib.h>

namespace vit_embed {
namespace {

/// "LIBTIFF, Version 4.5.0\nCopyright ...": the third word of the first line.
std::string libtiff_version() {
  const std::string text = TIFFGetVersion();
  const std::string line = text.substr(0, text.find('\n'));
  return line.substr(line.rfind(' ') + 1);
}

}  // namespace

std::map<std::string, std::string> image_codec_versions() {
  constexpr unsigned kJpeg = LIBJPEG_TURBO_VERSION_NUMBER;  // 2001005 is 2.1.5
  const int webp = WebPGetDecoderVersion();
  return {{"giflib", fmt::format("{}.{}.{}", GIFLIB_MAJOR, GIFLIB_MINOR, GIFLIB_RELEASE)},
          {"libexif", VIT_EMBED_LIBEXIF_VERSION},
          {"libjpeg-turbo", fmt::format("{}.{}.{}", kJpeg / 1'000'000, kJpeg / 1000 % 1000, kJpeg % 1000)},
          {"libpng", png_get_libpng_ver(nullptr)},
          {"libtiff", libtiff_version()},
          {"libwebp", fmt::format("{}.{}.{}", webp >> 16, webp >> 8 & 0xFF, webp & 0xFF)},
          {"OpenJPEG", opj_version()}};
}

}  // namespace vit_embed
