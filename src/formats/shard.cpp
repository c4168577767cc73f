#include "formats/shard.h"

#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "formats/digest.h"

namespace vit_embed {
namespace {

constexpr std::array kSources{ShardSource::folders, ShardSource::list, ShardSource::tars};

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last) return std::nullopt;
  return number;
}

}  // namespace

bool Shard::holds(std::string_view key) const {
  return count == 1 || shard_of(key, count) == index;
}

std::uint32_t shard_of(std::string_view key, std::uint32_t count) {
  return static_cast<std::uint32_t>(xxh64(key) % count);
}

Shard shard_from_string(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const std::optional<std::uint32_t> index = number_of(std::string_view(text).substr(0, slash));
    const std::optional<std::uint32_t> count = number_of(std::string_view(text).substr(slash + 1));
    if (index && count && *index < *count) return {*index, *count};
  }
  throw UsageError("'" + text + "' is no shard: I/N, with I from 0 to N-1");
}

std::string_view to_string(ShardSource source) {
  switch (source) {
    case ShardSource::folders:
      return "folders";
    case ShardSource::list:
      return "list";
    case ShardSource::tars:
      return "tars";
  }
  return {};
}

ShardSource shard_source_from_string(std::string_view text) {
  for (const ShardSource source : kSources) {
    if (to_string(source) == text) return source;
  }
  throw FatalError("'" + std::string(text) + "' is no source of shards");
}

std::string to_string(const ShardInfo& info) {
  return std::to_string(info.shard.index) + "/" + std::to_string(info.shard.count) + " of " +
         std::string(to_string(info.source)) + (info.selection.empty() ? "" : " " + info.selection);
}

}  // namespace vit_embed
