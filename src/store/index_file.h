#pragma once

#include <filesystem>

#include "store/manifest.h"

namespace vit_embed {

/// Replaces index.csv by what the manifest says: row,root,path of each live file, ordered by root and path,
/// bytewise. Does not touch the manifest. Blocks for an fsync.
void write_index(const Manifest& manifest, const std::filesystem::path& index);

}  // namespace vit_embed
