#pragma once

#include <c10/util/Exception.h>

#include <string>

// Includes Torch: for torchscript/ and encoder/torchscript*.cpp only.

namespace vit_embed {

/// LibTorch's message without its backtrace and the lines that follow the first.
inline std::string first_line(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  return text.substr(0, text.find('\n'));
}

}  // namespace vit_embed
