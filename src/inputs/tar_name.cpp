#include "inputs/tar_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr std::array<std::string_view, 9> kTarExtensions{
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// {FIRST..LAST} in a name.
struct Range {
  std::size_t begin;  // of the brace
  std::size_t end;    // behind the brace
  std::string_view first;
  std::string_view last;
};

std::optional<Range> range_at(std::string_view name, std::size_t brace) {
  const auto skip_digits = [name](std::size_t i) {
    while (i < name.size() && is_digit(name[i])) ++i;
    return i;
  };
  const std::size_t dots = skip_digits(brace + 1);
  if (dots == brace + 1 || name.substr(dots, 2) != "..") return std::nullopt;
  const std::size_t end = skip_digits(dots + 2);
  if (end == dots + 2 || end == name.size() || name[end] != '}') return std::nullopt;
  return Range{brace, end + 1, name.substr(brace + 1, dots - brace - 1),
               name.substr(dots + 2, end - dots - 2)};
}

std::optional<Range> first_range(std::string_view name) {
  for (std::size_t brace = name.find('{'); brace != std::string_view::npos;
       brace = name.find('{', brace + 1)) {
    if (const std::optional<Range> range = range_at(name, brace)) return range;
  }
  return std::nullopt;
}

[[noreturn]] void refuse(std::string_view name) {
  throw UsageError(fmt::format("'{}' stands for more than {} names", name, kLargestRange));
}

std::uint64_t number(std::string_view digits, std::string_view name) {
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc() || value > UINT32_MAX) refuse(name);
  return value;
}

bool is_padded(std::string_view digits) {
  return digits.size() > 1 && digits.front() == '0';
}

}  // namespace

bool is_tar_name(std::string_view name) {
  std::string lower(name.substr(name.size() - std::min<std::size_t>(name.size(), 8)));
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return std::ranges::any_of(kTarExtensions,
                             [&lower](std::string_view extension) { return lower.ends_with(extension); });
}

std::vector<std::string> expand_ranges(const std::string& name) {
  std::vector<std::string> names;
  const std::optional<Range> range = first_range(name);
  if (!range) return {name};
  const std::vector<std::string> tails = expand_ranges(name.substr(range->end));
  const std::uint64_t first = number(range->first, name);
  const std::uint64_t last = number(range->last, name);
  const std::uint64_t count = (first < last ? last - first : first - last) + 1;
  if (count > kLargestRange / tails.size()) refuse(name);
  const bool padded = is_padded(range->first) || is_padded(range->last);
  const std::size_t width = padded ? std::max(range->first.size(), range->last.size()) : 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t value = first < last ? first + i : first - i;
    for (const std::string& tail : tails)
      names.push_back(fmt::format("{}{:0{}}{}", name.substr(0, range->begin), value, width, tail));
  }
  return names;
}

std::string_view sample_key(std::string_view member) {
  const std::size_t slash = member.rfind('/');
  const std::size_t base = slash == std::string_view::npos ? 0 : slash + 1;
  return member.substr(0, member.find('.', base + 1));  // a first dot belongs to the name
}

std::string_view sample_field(std::string_view member) {
  const std::string_view key = sample_key(member);
  return key.size() == member.size() ? std::string_view() : member.substr(key.size() + 1);
}

}  // namespace vit_embed
