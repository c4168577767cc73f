#pragma once

#include <string>
#include <string_view>

namespace vit_embed {

/// Throws InputError for an image that cannot be decoded, now or later. A reason may quote the file: it is
/// made one line, without control characters.
[[noreturn]] void fail(std::string reason);

[[noreturn]] void fail_truncated(std::string_view format);

}  // namespace vit_embed
