#include "image/decode_failure.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace vit_embed {

void fail(std::string reason) {
  const auto is_space = [](char c) { return c == '\n' || c == '\r' || c == '\t'; };
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
  std::ranges::replace_if(reason, is_space, ' ');
  std::ranges::replace_if(reason, is_control, '?');
  throw InputError(FailureKind::permanent, reason);
}

void fail_truncated(std::string_view format) {
  fail(fmt::format("truncated {}: the data ends early", format));
}

}  // namespace vit_embed
