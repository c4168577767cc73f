#pragma once

#include <filesystem>

namespace vit_embed {

// Both are for the holder of the lock in X.partial. They throw FatalError.

/// Removes all that is in X.partial but the lock. Cut short, it leaves nothing that a run could go on from.
void clear_partial(const std::filesystem::path& directory);

/// Removes X.partial. Cut short, it leaves what is either complete, and is removed by the next run, or
/// nothing that a run could go on from. Another run may begin in it as soon as the lock is gone; then it
/// stays.
void remove_partial(const std::filesystem::path& directory);

}  // namespace vit_embed
