#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

/// For the end of an error's message: " (did you mean 'photos'?)" where nothing stands at the path, and
/// beside it something whose name differs by a letter in three at most, two letters swapped or the case; else
/// "".
std::string did_you_mean(const std::filesystem::path& path);

/// The same for a name that is none of `names`, which are words or flags: dashes in front count for nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& names);

}  // namespace vit_embed
