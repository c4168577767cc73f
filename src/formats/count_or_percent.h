#pragma once

#include <cstdint>
#include <string>

namespace vit_embed {

/// "12", or "0.5%" of something.
struct CountOrPercent {
  double value = 0;
  bool percent = false;

  /// Whether `count` of `total` stays within it.
  bool allows(std::uint64_t count, std::uint64_t total) const;
};

/// Throws UsageError.
CountOrPercent count_or_percent_from_string(const std::string& text);

}  // namespace vit_embed
