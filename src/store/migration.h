#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/manifest.h"

namespace vit_embed {

/// Why `next` cannot yet stand in the place of `current`: a root that it does not have, or files that are
/// pending. Nothing where it can.
std::optional<std::string> why_not_complete(const Manifest& next, const Manifest& current);

/// Files that are live in `current` and failed in `next`.
std::uint64_t count_lost_by_switch(const Manifest& next, const Manifest& current);

}  // namespace vit_embed
