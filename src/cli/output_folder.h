#pragma once

#include <filesystem>

namespace vit_embed {

/// Throws FatalError, with what to do about it, where the folder that `output` is to be written to is
/// missing.
void require_output_folder(const std::filesystem::path& output);

}  // namespace vit_embed
