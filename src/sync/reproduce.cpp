#include "sync/reproduce.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "formats/row_bytes.h"
#include "output/compare_embeddings.h"
#include "store/live_files.h"
#include "store/store_directory.h"
#include "store/stored_row_reader.h"

namespace vit_embed {
namespace {

struct SampledFile {
  LiveFile file;
  std::string build;  ///< that computed its row
};

/// `size` of `total` files, evenly apart.
class SampledInputs : public InputStream {
 public:
  SampledInputs(const Manifest& manifest, std::uint64_t size, std::uint64_t total)
      : manifest_(manifest), files_(manifest), size_(size), total_(total) {}

  std::optional<Input> next() override {
    while (std::optional<LiveFile> file = files_.next()) {
      const std::uint64_t position = position_++;
      if (taken_before(position + 1) == taken_before(position)) continue;
      std::string path = file->full_path();
      std::string build = find_build(manifest_, file->row);
      const std::lock_guard lock(mutex_);
      in_work_.push_back({*std::move(file), std::move(build)});
      return Input{path, std::make_unique<FileSource>(path)};
    }
    return std::nullopt;
  }

  /// The file of the first input whose result was not yet asked for; for another thread than next()'s.
  SampledFile take_result() {
    const std::lock_guard lock(mutex_);
    SampledFile file = std::move(in_work_.front());
    in_work_.pop_front();
    return file;
  }

 private:
  std::uint64_t taken_before(std::uint64_t position) const {
    return static_cast<std::uint64_t>(static_cast<double>(position) * static_cast<double>(size_) /
                                      static_cast<double>(total_));
  }

  const Manifest& manifest_;
  LiveFileReader files_;
  std::uint64_t size_;
  std::uint64_t total_;
  std::uint64_t position_ = 0;
  std::mutex mutex_;
  std::deque<SampledFile> in_work_;
};

/// What two builds may differ by.
double least_cosine(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return 0.9999;
    case Precision::bf16:
      return 0.999;
    case Precision::int8:
      return 0.99;
  }
  return 1;
}

class RowComparison : public BatchWriter {
 public:
  /// `build` computes the rows that are written here.
  RowComparison(SampledInputs& inputs, StoredRowReader stored, const GenerationInfo& info,
                const BuildInfo& build, ReproduceReport& report)
      : inputs_(inputs),
        stored_(std::move(stored)),
        info_(info),
        build_(to_json(build)),
        is_exact_(build.engine == kNativeEngine),
        row_bytes_(info.fingerprint.dtype),
        report_(report) {}

  void write(const EmbeddedBatch& batch) override {
    std::span<const float> rows = batch.rows.front();
    for (const BatchEntry& entry : batch.entries) {
      const SampledFile sampled = inputs_.take_result();
      const std::span<const float> row = entry.has_row() ? rows.first(info_.row_size) : rows.first(0);
      rows = rows.subspan(row.size());
      if (entry.content != sampled.file.content) {
        ++report_.skipped;
      } else if (entry.failure) {
        add(sampled.file, fmt::format("cannot be embedded again: {}", entry.failure->reason));
      } else {
        compare(sampled, row);
      }
    }
  }

 private:
  void compare(const SampledFile& sampled, std::span<const float> row) {
    const std::span<const std::byte> then = stored_.read(sampled.file.row);
    const std::span<const std::byte> now = row_bytes_.of(row);
    if (std::ranges::equal(then, now)) {
      ++report_.same_bytes;
      return;
    }
    const ElementType type = info_.fingerprint.dtype;
    const double found = cosine(numbers_of(then, type), numbers_of(now, type));
    const double least = least_cosine(info_.fingerprint.precision);
    if (is_exact_ && sampled.build == build_) {
      add(sampled.file, fmt::format("comes out otherwise by the same build, with a cosine of {:.6f}", found));
    } else if (found < least) {
      add(sampled.file,
          fmt::format("comes out otherwise, with a cosine of {:.6f}, less than {}", found, least));
    } else {
      ++report_.close;
    }
  }

  void add(const LiveFile& file, const std::string& what) {
    report_.problems.add("row that does not come out again",
                         [&] { return fmt::format("row {} of '{}' {}", file.row, file.full_path(), what); });
  }

  SampledInputs& inputs_;
  StoredRowReader stored_;
  const GenerationInfo& info_;
  std::string build_;
  bool is_exact_;  ///< the same build gives the same bytes, whatever stands beside an image
  RowBytes row_bytes_;
  ReproduceReport& report_;
};

std::uint64_t size_of(const CountOrPercent& sample, std::uint64_t total) {
  if (!sample.percent) return std::min(total, static_cast<std::uint64_t>(sample.value));
  return static_cast<std::uint64_t>(std::ceil(sample.value / 100 * static_cast<double>(total)));
}

EmbeddingOptions options_for(const EmbeddingOptions& computed, const GenerationInfo& info) {
  EmbeddingOptions options = computed;
  if (options.model.empty()) options.model = info.model_path;
  options.decode.max_pixels = info.max_pixels;
  embed_likewise(info.fingerprint, options);
  return options;
}

void require_same_rows(const std::filesystem::path& store, const GenerationInfo& info,
                       const EmbeddingOptions& options, const ModelDescription& model) {
  const FeatureSpec spec = make_feature_spec(options, info.fingerprint.feature, model);
  if (spec.fingerprint == info.fingerprint) return;
  throw RefusedError(fmt::format("the rows of '{}' are not what model file '{}' makes: {}", store.native(),
                                 options.model.native(),
                                 fmt::join(differences(info.fingerprint, spec.fingerprint), "; ")));
}

}  // namespace

ReproduceReport reproduce(const ReproduceOptions& options, const RuntimeOpener& open_runtime,
                          std::stop_token stop) {
  const GenerationFiles files(StoreDirectory(options.store).require_current());
  const Manifest manifest(files.manifest, ManifestAccess::read);
  const GenerationInfo info = manifest.info();
  const EmbeddingOptions embedding = options_for(options.embedding, info);
  if (const std::optional<ModelDescription> own = describe_own_model(embedding))
    require_same_rows(options.store, info, embedding, *own);
  const std::unique_ptr<Runtime> runtime = open_runtime();
  const std::unique_ptr<Model> model = runtime->load_model(embedding.model, make_load_options(embedding));
  require_same_rows(options.store, info, embedding, model->description());
  ReproduceReport report;
  const std::uint64_t total = manifest.count_files().live;
  SampledInputs inputs(manifest, size_of(options.sample, total), std::max<std::uint64_t>(total, 1));
  RowComparison comparison(inputs, StoredRowReader(files.embeddings, info), info,
                           make_build_info(*runtime, *model), report);
  PipelineOptions pipeline = make_pipeline_options(embedding);
  pipeline.is_embedded = [](const std::string&) { return false; };  // has the content told, which is compared
  run_pipeline(inputs, *model, pipeline, comparison, std::move(stop));
  return report;
}

}  // namespace vit_embed
