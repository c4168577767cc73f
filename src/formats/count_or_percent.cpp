#include "formats/count_or_percent.h"

#include <charconv>

#include "base/error.h"

namespace vit_embed {

bool CountOrPercent::allows(std::uint64_t count, std::uint64_t total) const {
  const double limit = percent ? value / 100 * static_cast<double>(total) : value;
  return static_cast<double>(count) <= limit;
}

CountOrPercent count_or_percent_from_string(const std::string& text) {
  CountOrPercent parsed;
  parsed.percent = text.ends_with('%');
  const char* const last = text.data() + text.size() - (parsed.percent ? 1 : 0);
  const auto [end, error] = std::from_chars(text.data(), last, parsed.value);
  const bool whole =
      parsed.percent || parsed.value == static_cast<double>(static_cast<std::uint64_t>(parsed.value));
  if (error != std::errc{} || end != last || parsed.value < 0 || !whole ||
      (parsed.percent && parsed.value > 100)) {
    throw UsageError("'" + text + "' is neither a count nor a percentage");
  }
  return parsed;
}

}  // namespace vit_embed
