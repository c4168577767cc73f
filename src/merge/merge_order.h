#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "inputs/input_stream.h"
#include "merge/shard_reader.h"

namespace vit_embed {

/// Which shard's next input is the next of the whole. What was told is to be taken before next() is called
/// again.
class MergeOrder {
 public:
  virtual ~MergeOrder() = default;
  /// An index into the shards; nothing at the end. Throws CheckError where the shards do not fit the order.
  virtual std::optional<std::size_t> next() = 0;
};

/// By the bytes of the names, which is the order within each shard. `shards` must outlive it.
std::unique_ptr<MergeOrder> order_by_name(const std::vector<ShardReader>& shards);

/// By the bytes of the tars' paths, each with a '/' behind it; a tar's inputs are in one shard, in an order
/// of their own.
std::unique_ptr<MergeOrder> order_by_tar(const std::vector<ShardReader>& shards);

/// In a list's order; each entry must be the next of the shard that holds it, and nothing may be left over.
std::unique_ptr<MergeOrder> order_by_list(const std::vector<ShardReader>& shards,
                                          std::unique_ptr<InputStream> list);

}  // namespace vit_embed
