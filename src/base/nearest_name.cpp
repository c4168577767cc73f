#include "base/nearest_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <system_error>
#include <vector>

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

/// A hint is not worth listing a folder of millions.
constexpr std::size_t kMostEntries = 10'000;
constexpr std::size_t kLongestName = 255;

bool same_letter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

/// Damerau and Levenshtein's, of adjacent swaps, whatever the case.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

/// Takes names one by one and keeps the nearest.
class Nearest {
 public:
  explicit Nearest(std::string_view name) : name_(name), least_(name.size() / 3 + 1) {}

  void consider(std::string_view compared, std::string_view told) {
    const std::size_t distance = edit_distance(name_, compared);
    if (distance > least_ || (distance == least_ && (found_.empty() || told >= found_))) return;
    least_ = distance;
    found_ = told;
  }

  /// "" where none is near.
  const std::string& found() const { return found_; }

 private:
  std::string_view name_;
  std::size_t least_;
  std::string found_;
};

/// The entry of a folder whose name is nearest; "" where none is near.
std::string nearest_entry(const fs::path& folder, const std::string& name) {
  Nearest nearest(name);
  std::error_code error;
  fs::directory_iterator entry(folder.empty() ? fs::path(".") : folder, error);
  for (std::size_t n = 0; !error && n < kMostEntries && entry != fs::directory_iterator(); ++n) {
    const std::string other = entry->path().filename().native();
    nearest.consider(other, other);
    entry.increment(error);
  }
  return nearest.found();
}

std::string_view without_dashes(std::string_view flag) {
  return flag.substr(std::min(flag.find_first_not_of('-'), flag.size()));
}

std::string hint(const std::string& name) {
  return name.empty() ? "" : fmt::format(" (did you mean '{}'?)", name);
}

}  // namespace

std::string did_you_mean(const fs::path& path) {
  fs::path found;
  bool differs = false;
  for (const fs::path& part : path) {
    const fs::path as_given = found / part;
    std::error_code error;
    if (fs::symlink_status(as_given, error).type() != fs::file_type::not_found) {
      found = as_given;
      continue;
    }
    if (differs || part.native().size() > kLongestName) return {};
    const std::string nearest = nearest_entry(found, part.native());
    if (nearest.empty()) return {};
    found /= nearest;
    differs = true;
  }
  return differs ? hint(found.native()) : "";
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& names) {
  Nearest nearest(without_dashes(name));
  if (name.size() <= kLongestName)
    for (const std::string& other : names) nearest.consider(without_dashes(other), other);
  return hint(nearest.found());
}

}  // namespace vit_embed
