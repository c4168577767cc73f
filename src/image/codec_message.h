#pragma once

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

namespace vit_embed {

/// A codec's last message, as its callback keeps it. Nothing may be thrown through the codec's C frames, so
/// that nothing is allocated: a message that is longer is cut.
class CodecMessage {
 public:
  void set(const char* message) noexcept { std::snprintf(text_.data(), text_.size(), "%s", message); }
  void set_formatted(const char* format, std::va_list arguments) noexcept {
    std::vsnprintf(text_.data(), text_.size(), format, arguments);
  }

  /// Without the line end that some have.
  std::string_view text() const {
    const std::string_view text = text_.data();
    return text.substr(0, text.find_last_not_of("\r\n") + 1);
  }

 private:
  std::array<char, 256> text_{};
};

}  // namespace vit_embed
