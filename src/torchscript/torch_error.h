#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <string>
#include <string_view>

// Includes Torch: for torchscript/ and encoder/torchscript*.cpp only.

namespace vit_embed {

/// The line of an error's text that says what happened. An error inside TorchScript code comes with the
/// code's own trace around it, and its last line is the cause; any other says it in its first.
inline std::string telling_line(std::string_view text) {
  constexpr std::string_view kCause = "RuntimeError: ";
  const std::size_t cause = text.rfind(kCause);
  if (cause != std::string_view::npos) text.remove_prefix(cause + kCause.size());
  while (text.starts_with('\n')) text.remove_prefix(1);
  return std::string(text.substr(0, text.find('\n')));
}

/// The telling line of whatever LibTorch threw.
inline std::string telling_line(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return telling_line(torch_error != nullptr ? std::string_view(torch_error->what_without_backtrace())
                                             : std::string_view(error.what()));
}

}  // namespace vit_embed
