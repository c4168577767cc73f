#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/manifest.h"

namespace vit_embed {

/// Why `next` cannot yet stand in the place of `current`: roots that only one has, files that are pending, or
/// files that only current has, in roots other than those `scanned` just now for next, of which it knows
/// better. Nothing where it can.
std::optional<std::string> why_not_complete(const Manifest& next, const Manifest& current,
                                            const std::vector<std::int64_t>& scanned);

/// Files that are live in `current` and failed in `next`.
std::uint64_t count_lost_by_switch(const Manifest& next, const Manifest& current);

}  // namespace vit_embed
