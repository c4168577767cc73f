#pragma once

#include <filesystem>
#include <string>

namespace vit_embed {

/// For the end of an error's message: " (did you mean 'photos'?)" where nothing stands at the path, and
/// beside it something whose name differs by a letter in three at most, two letters swapped or the case; else
/// "".
std::string did_you_mean(const std::filesystem::path& path);

}  // namespace vit_embed
