#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/error.h"

namespace vit_embed {

/// An image that cannot be decoded, now or later.
[[noreturn]] inline void fail(const std::string& reason) {
  throw InputError(FailureKind::permanent, reason);
}

[[noreturn]] inline void fail_truncated(std::string_view format) {
  fail(fmt::format("truncated {}: the data ends early", format));
}

}  // namespace vit_embed
