#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/log.h"
#include "formats/meta.h"

namespace vit_embed {

struct ShardFile {
  std::filesystem::path npy;
  OutputMeta meta;  ///< with a shard

  /// [D], or [T, D].
  std::vector<std::uint64_t> row_shape() const { return {meta.shape.begin() + 1, meta.shape.end()}; }
};

/// The shards of one run: each of its N once, in the order of their numbers. Throws CheckError where one is
/// missing, unfinished or there twice, or is of another run's N or source; RefusedError, with what differs,
/// where rows of different fingerprints would be mixed, or, without `allow_mixed`, of different engines or
/// instruction sets; FatalError where a meta cannot be read. Other differences between builds are warned of.
std::vector<ShardFile> read_shard_set(const std::vector<std::filesystem::path>& shards, bool allow_mixed,
                                      const LogSink& log);

}  // namespace vit_embed
