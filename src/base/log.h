#pragma once

#include <functional>
#include <string_view>

namespace vit_embed {

enum class LogLevel { debug, info, warning, error };

/// Where a layer's messages go. Handed down by the caller and across the module boundary, so that no logger
/// is global and none exists twice. Must be callable from any thread. A message is one line without its
/// newline.
using LogSink = std::function<void(LogLevel, std::string_view message)>;

}  // namespace vit_embed
