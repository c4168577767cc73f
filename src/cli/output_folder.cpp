#include "cli/output_folder.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest_name.h"

namespace vit_embed {

void require_output_folder(const std::filesystem::path& output) {
  const std::filesystem::path folder = output.parent_path();
  std::error_code error;
  if (folder.empty() ||
      std::filesystem::status(folder, error).type() != std::filesystem::file_type::not_found)
    return;
  const std::string nearest = did_you_mean(folder);
  throw FatalError(
      fmt::format("'{}': there is no folder '{}'{}", output.native(), folder.native(),
                  nearest.empty() ? fmt::format(". To make it: mkdir -p {}", folder.native()) : nearest));
}

}  // namespace vit_embed
