#pragma once

#include <filesystem>
#include <span>

namespace vit_embed {

/// How many threads of this process compute at full speed, at least 1: one for each physical core that it may
/// run on, for two on one core share its arithmetic units, and no more than the CPU quotas of its cgroups
/// (a container's limit) give, rounded up.
int available_processors();

/// The same for a process that may run on `cpus`, with /proc and /sys below `root`. What cannot be read there
/// limits nothing: each CPU is then a core.
int available_processors(std::span<const int> cpus, const std::filesystem::path& root);

}  // namespace vit_embed
