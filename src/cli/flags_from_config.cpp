#include "cli/flags_from_config.h"

#include <fmt/format.h>

#include <cctype>

namespace vit_embed {
namespace {

/// Whether it is named, and not one that starts like it.
bool names_flag(std::string_view message, std::string_view flag) {
  for (std::size_t at = 0; (at = message.find(flag, at)) != std::string_view::npos; at += flag.size()) {
    const std::size_t end = at + flag.size();
    if (end == message.size()) return true;
    const char next = message[end];
    if (next != '-' && std::isalnum(static_cast<unsigned char>(next)) == 0) return true;
  }
  return false;
}

}  // namespace

std::string FlagsFromConfig::where(std::string_view message) const {
  std::string where;
  for (const auto& [flag, line] : lines) {
    if (names_flag(message, flag))
      where += fmt::format("{}{} is from '{}', line {}", where.empty() ? " (" : "; ", flag, file, line);
  }
  return where.empty() ? where : where + ")";
}

}  // namespace vit_embed
