#include "merge/shard_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/nearest_name.h"
#include "output/output_format.h"
#include "output/output_spec.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNumbersTold = 20;

/// [N, D] or [N, T, D], of a size that there can be.
bool has_rows_of_a_size(const OutputMeta& meta) {
  constexpr std::uint64_t kLargestDimension = std::uint64_t{1} << 24;
  return (meta.shape.size() == 2 || meta.shape.size() == 3) &&
         std::all_of(meta.shape.begin() + 1, meta.shape.end(),
                     [](std::uint64_t d) { return d > 0 && d <= kLargestDimension; });
}

/// A shard that is being made anew still stands as it was, and is not what it will be. One run makes all of
/// several features: x.npy.partial is x.cls.npy's, too.
void require_no_newer_run(const ShardFile& shard) {
  fs::path of_all = shard.npy;
  if (of_all.stem().extension() == fmt::format(".{}", to_string(shard.meta.fingerprint.feature)))
    of_all.replace_filename(of_all.stem().stem().native() + of_all.extension().native());
  for (const fs::path& output : {shard.npy, of_all}) {
    const fs::path partial = partial_directory(output);
    if (!is_present(partial / "run.json")) continue;
    throw CheckError(fmt::format("'{}' is not finished: '{}' has a run that makes it anew",
                                 shard.npy.native(), partial.native()));
  }
}

ShardFile read_shard(const fs::path& npy) {
  const fs::path meta_path = published_files(npy).meta;
  if (!is_present(npy) && !is_present(partial_directory(npy)))
    throw CheckError(fmt::format("there is no '{}'{}", npy.native(), did_you_mean(npy)));
  if (!is_present(meta_path)) {
    throw CheckError(fmt::format("'{}' is not finished: there is no '{}'", npy.native(), meta_path.native()));
  }
  ShardFile shard{npy, read_output_meta(meta_path)};
  require_no_newer_run(shard);
  if (!shard.meta.shard)
    throw CheckError(fmt::format("'{}' is no shard: it was made without --shard", npy.native()));
  if (shard.meta.format != to_string(OutputFormat::npy))
    throw CheckError(fmt::format("'{}' is {}: shards are merged from .npy", npy.native(), shard.meta.format));
  if (!has_rows_of_a_size(shard.meta))
    throw CheckError(fmt::format("'{}': its meta has no shape of rows", npy.native()));
  return shard;
}

std::uint32_t number_of(const ShardFile& shard) {
  return shard.meta.shard->shard.index;
}

void require_one_run(const ShardFile& first, const ShardFile& other) {
  const ShardInfo& a = *first.meta.shard;
  const ShardInfo& b = *other.meta.shard;
  if (a.shard.count == b.shard.count && a.source == b.source) return;
  throw CheckError(fmt::format("not of one run: '{}' is shard {}, '{}' is shard {}", first.npy.native(),
                               to_string(a), other.npy.native(), to_string(b)));
}

void require_each_once(const std::vector<ShardFile>& sorted) {
  const std::uint32_t count = sorted.front().meta.shard->shard.count;
  std::vector<std::uint32_t> missing;
  std::size_t next = 0;
  for (std::uint32_t number = 0; number < count; ++number) {
    if (next == sorted.size() || number_of(sorted[next]) != number) {
      missing.push_back(number);
      continue;
    }
    if (next + 1 < sorted.size() && number_of(sorted[next + 1]) == number) {
      throw CheckError(fmt::format("shard {} is there twice: '{}' and '{}'", number,
                                   sorted[next].npy.native(), sorted[next + 1].npy.native()));
    }
    ++next;
  }
  if (missing.empty()) return;
  const std::span<const std::uint32_t> told(missing.data(), std::min(missing.size(), kNumbersTold));
  throw CheckError(fmt::format("of {} shards {} {} missing: {}{}", count, missing.size(),
                               missing.size() == 1 ? "is" : "are", fmt::join(told, ", "),
                               missing.size() > told.size() ? ", ..." : ""));
}

/// What must be the same of rows that stand in one output.
std::vector<std::string> row_differences(const ShardFile& first, const ShardFile& other, bool allow_mixed) {
  const OutputMeta& a = first.meta;
  const OutputMeta& b = other.meta;
  std::vector<std::string> found = differences(a.fingerprint, b.fingerprint);
  const auto compare = [&found](std::string_view what, const auto& then, const auto& now) {
    if (then != now) found.push_back(fmt::format("{}: {} then, {} now", what, then, now));
  };
  compare("files chosen", a.shard->selection, b.shard->selection);
  compare("columns", a.columns, b.columns);
  compare("failed rows", a.nan_rows ? "nan" : "skipped", b.nan_rows ? "nan" : "skipped");
  compare("max_pixels", a.max_pixels, b.max_pixels);
  compare("shape of a row", first.row_shape(), other.row_shape());
  if (allow_mixed) return found;
  compare("engine", a.build.engine, b.build.engine);
  compare("instruction set", a.build.instruction_set, b.build.instruction_set);
  return found;
}

void require_same_rows(const ShardFile& first, const ShardFile& other, bool allow_mixed) {
  const std::vector<std::string> found = row_differences(first, other, allow_mixed);
  if (found.empty()) return;
  const bool only_mixed = row_differences(first, other, true).empty();
  throw RefusedError(fmt::format("'{}' does not go with '{}'{}:\n  {}", other.npy.native(),
                                 first.npy.native(), only_mixed ? " (--allow-mixed takes both)" : "",
                                 fmt::join(found, "\n  ")));
}

}  // namespace

std::vector<ShardFile> read_shard_set(const std::vector<fs::path>& shards, bool allow_mixed,
                                      const LogSink& log) {
  std::vector<ShardFile> set;
  set.reserve(shards.size());
  for (const fs::path& npy : shards) {
    set.push_back(read_shard(npy));
    require_one_run(set.front(), set.back());
  }
  std::ranges::stable_sort(set, {}, number_of);
  require_each_once(set);
  const ShardFile* other_build = nullptr;
  for (const ShardFile& shard : set) {
    require_same_rows(set.front(), shard, allow_mixed);
    if (shard.meta.build != set.front().meta.build) other_build = &shard;
  }
  if (other_build != nullptr) {
    log(LogLevel::warning,
        fmt::format("'{}' and '{}' were made by different builds; the meta tells that of most rows",
                    set.front().npy.native(), other_build->npy.native()));
  }
  return set;
}

}  // namespace vit_embed
