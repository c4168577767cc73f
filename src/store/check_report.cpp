#include "store/check_report.h"

#include <fmt/format.h>

namespace vit_embed {

void CheckReport::merge(CheckReport other) {
  for (auto& [name, found] : other.problems_) {
    Kind& kind = problems_[name];
    kind.count += found.count;
    for (std::string& line : found.told) {
      if (kind.told.size() < kMostTold) kind.told.push_back(std::move(line));
    }
  }
  for (std::string& line : other.notes_) notes_.push_back(std::move(line));
}

std::uint64_t CheckReport::count() const {
  std::uint64_t count = 0;
  for (const auto& [name, kind] : problems_) count += kind.count;
  return count;
}

std::vector<std::string> CheckReport::problems() const {
  std::vector<std::string> lines;
  for (const auto& [name, kind] : problems_) {
    lines.insert(lines.end(), kind.told.begin(), kind.told.end());
    if (kind.count > kind.told.size())
      lines.push_back(fmt::format("{}: {} more", name, kind.count - kind.told.size()));
  }
  return lines;
}

}  // namespace vit_embed
