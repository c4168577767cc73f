#include "merge/merge.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "base/error.h"
#include "inputs/list_stream.h"
#include "merge/expectation.h"
#include "merge/merge_order.h"
#include "merge/shard_reader.h"
#include "merge/shard_set.h"

namespace vit_embed {
namespace {

constexpr std::size_t kBatch = 256;                           // inputs
constexpr std::size_t kRowMemory = std::size_t{64} << 20;     // bytes, of all shards
constexpr std::size_t kLargestBuffer = std::size_t{1} << 20;  // bytes, of one
/// RunRecord::on_error of a merge, so that extract does not go on from one.
constexpr const char* kMerge = "merge";

/// A shard has four files open, and the usual limit is 1,024.
void allow_many_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // where it stays too low, opening a shard says so
}

constexpr const char* kStopped = "stopped: the same command merges anew";

/// A list that may wait for whoever writes it; ends by StoppedError where a stop is requested.
class StoppableList : public InputStream {
 public:
  StoppableList(std::unique_ptr<ListStream> list, std::stop_token stop)
      : list_(std::move(list)), stop_(std::move(stop)), cancel_(stop_, [this] { list_->cancel(); }) {}

  std::optional<Input> next() override {
    std::optional<Input> entry = list_->next();
    if (!entry && stop_.stop_requested()) throw StoppedError(kStopped);
    return entry;
  }

 private:
  std::unique_ptr<ListStream> list_;
  std::stop_token stop_;
  std::stop_callback<std::function<void()>> cancel_;
};

void require_other_output(const MergeOptions& options) {
  for (const std::filesystem::path& shard : options.shards) {
    std::error_code none_there;
    if (std::filesystem::equivalent(options.output, shard, none_there))
      throw UsageError(fmt::format("-o '{}' is one of the shards", options.output.native()));
  }
}

class Merge {
 public:
  Merge(const MergeOptions& options, RunObserver& observer, const LogSink& log, std::stop_token stop)
      : options_(options), observer_(observer), log_(log), stop_(std::move(stop)) {}

  RunCounts run() {
    require_other_output(options_);
    try {
      open_shards();
    } catch (const FatalError& e) {
      throw CheckError(e.what());  // a file of theirs is not there, or damaged
    }
    open_order();
    PartialRun output(make_spec(), log_);
    output.begin_anew(make_record());
    output.require_space(total_.inputs);
    observer_.on_start(total_.inputs, {});
    copy_all(output);
    require_sums(output.counts());
    output.publish({first().model_source, first().model_revision, first().random_weights, {}});
    return output.counts();
  }

 private:
  const OutputMeta& first() const { return shards_.front().file().meta; }

  void open_shards() {
    allow_many_open_files();
    std::vector<ShardFile> files = read_shard_set(options_.shards, options_.allow_mixed, log_);
    const std::size_t buffer = std::min(kRowMemory / files.size(), kLargestBuffer);
    shards_.reserve(files.size());
    for (ShardFile& file : files) {
      shards_.emplace_back(std::move(file), buffer);
      const OutputMeta& meta = shards_.back().file().meta;
      total_.inputs += meta.inputs;
      total_.rows += meta.rows;
      total_.permanent_failures += meta.permanent_failures;
      total_.transient_failures += meta.transient_failures;
    }
  }

  void open_order() {
    std::unique_ptr<InputStream> list;
    if (options_.expect) {
      list = std::make_unique<StoppableList>(open_list(*options_.expect, options_.null_separated), stop_);
    }
    switch (first().shard->source) {
      case ShardSource::folders:
        order_ = order_by_name(shards_);
        if (list) expected_ = expect_images(std::move(list));
        break;
      case ShardSource::tars:
        order_ = order_by_tar(shards_);
        if (list) expected_ = expect_tars(std::move(list));
        break;
      case ShardSource::list:
        if (!list) throw UsageError("shards of a list are merged in its order: give it with --expect");
        order_ = order_by_list(shards_, std::move(list));
        break;
    }
  }

  OutputSpec make_spec() const {
    OutputSpec spec;
    spec.path = options_.output;
    spec.format = options_.format;
    spec.features = {{first().fingerprint, shards_.front().file().row_shape()}};
    spec.nan_rows = first().nan_rows;
    spec.max_pixels = first().max_pixels;
    spec.columns = first().columns;
    return spec;
  }

  /// Of several builds the meta has room for one: that of most rows.
  RunRecord make_record() const {
    RunRecord record;
    record.format = to_string(options_.format);
    record.fingerprints = {first().fingerprint};
    record.on_error = kMerge;
    std::vector<std::pair<BuildInfo, std::uint64_t>> builds;
    for (const ShardReader& shard : shards_) {
      const OutputMeta& meta = shard.file().meta;
      auto found = std::ranges::find(builds, meta.build, &std::pair<BuildInfo, std::uint64_t>::first);
      if (found == builds.end()) found = builds.insert(found, {meta.build, 0});
      found->second += meta.rows;
    }
    record.build = std::ranges::max(builds, {}, &std::pair<BuildInfo, std::uint64_t>::second).first;
    return record;
  }

  void copy_all(PartialRun& output) {
    EmbeddedBatch batch;
    while (const std::optional<std::size_t> next = order_->next()) {
      ShardReader& shard = shards_[*next];
      if (is_told_already(*shard.next())) {
        shard.pass_over();
        continue;
      }
      if (expected_) expected_->see(last_name_);
      shard.take(batch);
      if (batch.entries.size() == kBatch) write(batch, output);
    }
    if (!batch.entries.empty()) write(batch, output);
    for (ShardReader& shard : shards_) shard.require_whole();
    if (expected_) expected_->require_all_seen();
  }

  void write(EmbeddedBatch& batch, PartialRun& output) {
    if (stop_.stop_requested()) throw StoppedError(kStopped);
    output.write(batch);
    observer_.on_batch(output.counts());
    batch.entries.clear();
    batch.rows.front().clear();
  }

  /// A folder that could not be listed has failed in each shard, and once in the whole.
  bool is_told_already(const BatchEntry& entry) {
    if (first().shard->source != ShardSource::folders || entry.name != last_name_) {
      last_name_ = entry.name;
      return false;
    }
    if (!entry.failure || !entry.name.ends_with('/'))
      throw CheckError("'" + entry.name + "' is there twice: were folders given that are within each other?");
    total_.inputs -= 1;
    if (first().nan_rows) total_.rows -= 1;
    (entry.failure->kind == FailureKind::permanent ? total_.permanent_failures : total_.transient_failures) -=
        1;
    return true;
  }

  void require_sums(const RunCounts& counts) const {
    if (counts == total_) return;
    throw CheckError("inputs, rows and failures do not add up");
  }

  const MergeOptions& options_;
  RunObserver& observer_;
  const LogSink& log_;
  std::stop_token stop_;
  std::vector<ShardReader> shards_;
  RunCounts total_;  // of the shards
  std::unique_ptr<MergeOrder> order_;
  std::unique_ptr<Expectation> expected_;
  std::string last_name_;
};

}  // namespace

RunCounts merge(const MergeOptions& options, RunObserver& observer, const LogSink& log,
                std::stop_token stop) {
  return Merge(options, observer, log, std::move(stop)).run();
}

}  // namespace vit_embed
