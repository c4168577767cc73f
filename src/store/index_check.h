#pragma once

#include <filesystem>

#include "store/check_report.h"
#include "store/manifest.h"

namespace vit_embed {

/// Whether index.csv says what the manifest does, where it is as new.
void check_index(const Manifest& manifest, const std::filesystem::path& index, CheckReport& report);

}  // namespace vit_embed
