#include "merge/merge_order.h"

#include <fmt/format.h>

#include <functional>
#include <queue>
#include <string>
#include <utility>

#include "base/error.h"
#include "formats/shard.h"
#include "inputs/tar_name.h"

namespace vit_embed {
namespace {

/// The shards by where their next inputs stand, the first on top.
class Heads {
 public:
  using PlaceOf = std::string (*)(const std::string& name);

  Heads(const std::vector<ShardReader>& shards, PlaceOf place_of) : shards_(shards), place_of_(place_of) {
    for (std::size_t i = 0; i < shards.size(); ++i) push(i);
  }

  std::optional<std::size_t> next() {
    if (taken_) push(*taken_);
    taken_.reset();
    if (heads_.empty()) return std::nullopt;
    taken_ = heads_.top().second;
    heads_.pop();
    return taken_;
  }

 private:
  using Head = std::pair<std::string, std::size_t>;  // place, shard

  void push(std::size_t shard) {
    if (const BatchEntry* next = shards_[shard].next()) heads_.emplace(place_of_(next->name), shard);
  }

  const std::vector<ShardReader>& shards_;
  PlaceOf place_of_;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
  std::optional<std::size_t> taken_;
};

std::string place_of_path(const std::string& path) {
  return path;
}

/// A tar that failed as a whole stands where its images would.
std::string place_of_member(const std::string& name) {
  return is_tar_name(name) ? name + "/" : name;
}

class ByName : public MergeOrder {
 public:
  explicit ByName(const std::vector<ShardReader>& shards) : shards_(shards), heads_(shards, place_of_path) {}

  std::optional<std::size_t> next() override {
    const std::optional<std::size_t> shard = heads_.next();
    if (!shard) return std::nullopt;
    const std::string& name = shards_[*shard].next()->name;
    if (name < last_) {
      throw CheckError(
          fmt::format("'{}': '{}' stands behind '{}': were folders given that are within each other?",
                      shards_[*shard].file().npy.native(), name, last_));
    }
    last_ = name;
    return shard;
  }

 private:
  const std::vector<ShardReader>& shards_;
  Heads heads_;
  std::string last_;
};

/// Two shards have no tar in common, so that of two names the tars' parts decide; and once a tar's first
/// input is taken, its shard comes first until the tar's end.
class ByTar : public MergeOrder {
 public:
  explicit ByTar(const std::vector<ShardReader>& shards) : heads_(shards, place_of_member) {}
  std::optional<std::size_t> next() override { return heads_.next(); }

 private:
  Heads heads_;
};

class ByList : public MergeOrder {
 public:
  ByList(const std::vector<ShardReader>& shards, std::unique_ptr<InputStream> list)
      : shards_(shards), list_(std::move(list)) {}

  std::optional<std::size_t> next() override {
    const std::optional<Input> entry = list_->next();
    if (!entry) {
      require_nothing_left();
      return std::nullopt;
    }
    ++number_;
    const std::size_t shard = shard_of(entry->name, static_cast<std::uint32_t>(shards_.size()));
    const BatchEntry* next = shards_[shard].next();
    if (next == nullptr || next->name != entry->name) {
      throw CheckError(fmt::format(
          "'{}' lacks entry {} of the list, '{}'{}", shards_[shard].file().npy.native(), number_, entry->name,
          next == nullptr ? "" : fmt::format(", and goes on with '{}'", next->name)));
    }
    return shard;
  }

 private:
  void require_nothing_left() const {
    for (const ShardReader& shard : shards_) {
      if (shard.next() == nullptr) continue;
      throw CheckError(
          fmt::format("'{}': '{}' is not in the list", shard.file().npy.native(), shard.next()->name));
    }
  }

  const std::vector<ShardReader>& shards_;
  std::unique_ptr<InputStream> list_;
  std::uint64_t number_ = 0;
};

}  // namespace

std::unique_ptr<MergeOrder> order_by_name(const std::vector<ShardReader>& shards) {
  return std::make_unique<ByName>(shards);
}

std::unique_ptr<MergeOrder> order_by_tar(const std::vector<ShardReader>& shards) {
  return std::make_unique<ByTar>(shards);
}

std::unique_ptr<MergeOrder> order_by_list(const std::vector<ShardReader>& shards,
                                          std::unique_ptr<InputStream> list) {
  return std::make_unique<ByList>(shards, std::move(list));
}

}  // namespace vit_embed
