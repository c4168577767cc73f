#pragma once

#include <filesystem>

#include "store/manifest.h"

namespace vit_embed {

/// Makes the files of a generation without rows in `directory`.
void build_empty_generation(const std::filesystem::path& directory, const GenerationInfo& info);

/// Likewise, of rows that are to be computed anew: with the roots of `before`, its live files as pending and
/// what failed for good.
void build_pending_generation(const std::filesystem::path& directory, const GenerationInfo& info,
                              const Manifest& before);

/// Likewise, with the live rows of `before` alone, in the order of their files, and without a trace of what
/// was deleted. `rows` is the embeddings.npy of `before`. Throws FatalError where a row is not what was
/// written.
void build_compacted_generation(const std::filesystem::path& directory, const Manifest& before,
                                const std::filesystem::path& rows);

}  // namespace vit_embed
