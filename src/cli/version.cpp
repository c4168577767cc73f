#include "cli/version.h"

#include <fmt/format.h>
#include <spdlog/version.h>

#include "runtime/instruction_set.h"

namespace vit_embed {

std::string version_text() {
  return fmt::format(
      "vit-embed {}\n"
      "built with LibTorch {}, Highway {}, spdlog {}.{}.{}\n"
      "images by giflib {}, libpng {}, libtiff {}, libwebp {}, OpenJPEG {}, libexif {} and libjpeg-turbo\n"
      "tars by libarchive {}\n"
      "instruction set: {}",
      VIT_EMBED_VERSION, VIT_EMBED_TORCH_VERSION, VIT_EMBED_HIGHWAY_VERSION, SPDLOG_VER_MAJOR,
      SPDLOG_VER_MINOR, SPDLOG_VER_PATCH, VIT_EMBED_GIFLIB_VERSION, VIT_EMBED_LIBPNG_VERSION,
      VIT_EMBED_LIBTIFF_VERSION, VIT_EMBED_LIBWEBP_VERSION, VIT_EMBED_OPENJPEG_VERSION,
      VIT_EMBED_LIBEXIF_VERSION, VIT_EMBED_LIBARCHIVE_VERSION, to_string(supported_instruction_set()));
}

}  // namespace vit_embed
