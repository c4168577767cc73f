#include "cli/duration.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr std::int64_t kLongest = 36'525;  // days

std::int64_t seconds_in(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86'400;
    default:
      return 0;
  }
}

}  // namespace

std::chrono::seconds duration_from_string(const std::string& option, const std::string& text) {
  const std::int64_t unit = text.empty() ? 0 : seconds_in(text.back());
  std::int64_t count = 0;
  const char* const last = text.data() + (text.empty() ? 0 : text.size() - 1);
  const auto [end, error] = std::from_chars(text.data(), last, count);
  if (unit == 0 || error != std::errc{} || end != last || count < 0 || count > kLongest * 86'400 / unit) {
    throw UsageError(
        fmt::format("{} '{}': a number with s, m, h or d behind it, such as 90s or 26h", option, text));
  }
  return std::chrono::seconds(count * unit);
}

}  // namespace vit_embed
