#include "cli/version.h"

#include <fmt/format.h>
#include <spdlog/version.h>

#include "runtime/instruction_set.h"

namespace vit_embed {

std::string version_text() {
  return fmt::format(
      "vit-embed {}\n"
      "built with LibTorch {}, OpenCV {}, Highway {}, spdlog {}.{}.{}\n"
      "instruction set: {}",
      VIT_EMBED_VERSION, VIT_EMBED_TORCH_VERSION, VIT_EMBED_OPENCV_VERSION, VIT_EMBED_HIGHWAY_VERSION,
      SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH, to_string(supported_instruction_set()));
}

}  // namespace vit_embed
