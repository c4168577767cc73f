#pragma once

#include <chrono>
#include <string>

namespace vit_embed {

/// "90s", "50m", "26h" or "7d". Throws UsageError naming `option`.
std::chrono::seconds duration_from_string(const std::string& option, const std::string& text);

}  // namespace vit_embed
