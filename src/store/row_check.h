#pragma once

#include <cstdint>
#include <filesystem>

#include "store/check_report.h"
#include "store/manifest.h"

namespace vit_embed {

/// Whether embeddings.npy has the rows that count, each as it was written and all of its numbers finite.
/// Returns how many were read.
std::uint64_t check_rows(const Manifest& manifest, const std::filesystem::path& embeddings,
                         CheckReport& report);

}  // namespace vit_embed
