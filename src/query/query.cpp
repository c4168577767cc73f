#include "query/query.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "formats/float16.h"
#include "query/same_embedding.h"

namespace vit_embed {
namespace {

/// Keeps what the pipeline makes of the queries.
class AnswerCollector : public BatchWriter {
 public:
  explicit AnswerCollector(ElementType dtype) : dtype_(dtype) {}

  void write(const EmbeddedBatch& batch) override {
    for (const BatchEntry& entry : batch.entries)
      answers.push_back({.name = entry.name, .failure = entry.failure, .neighbors = {}, .thumbnail = {}});
    for (const float value : batch.rows.front()) rows.push_back(rounded_to(dtype_, value));
  }

  std::vector<QueryAnswer> answers;
  std::vector<float> rows;  ///< of those that did not fail

 private:
  ElementType dtype_;
};

/// Thumbnails by the place of their input; any thread.
class Thumbnails {
 public:
  Thumbnails(const Runtime& runtime, const DecodeOptions& decode, int side)
      : runtime_(runtime), decode_(decode), side_(side) {}

  void make(std::size_t place, std::span<const std::byte> encoded) {
    std::vector<std::byte> jpeg = runtime_.make_thumbnail(encoded, decode_, side_);
    const std::lock_guard lock(mutex_);
    made_[place] = std::move(jpeg);
  }

  std::vector<std::byte> take(std::size_t place) { return std::move(made_[place]); }

 private:
  const Runtime& runtime_;
  DecodeOptions decode_;
  int side_;
  std::mutex mutex_;
  std::map<std::size_t, std::vector<std::byte>> made_;
};

/// Makes a thumbnail of what is read, for stdin cannot be read again.
class PicturedSource : public ByteSource {
 public:
  PicturedSource(std::unique_ptr<ByteSource> source, std::size_t place, Thumbnails& thumbnails)
      : source_(std::move(source)), place_(place), thumbnails_(thumbnails) {}

  FileIdentity identify() const override { return source_->identify(); }
  std::uint64_t held_memory() const override { return source_->held_memory(); }
  FileIdentity read(std::vector<std::byte>& bytes) const override {
    const FileIdentity identity = source_->read(bytes);
    thumbnails_.make(place_, bytes);  // what cannot be decoded fails here as it would in the model's hands
    return identity;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  std::size_t place_;
  Thumbnails& thumbnails_;
};

class PicturedInputs : public InputStream {
 public:
  PicturedInputs(InputStream& inputs, Thumbnails& thumbnails) : inputs_(inputs), thumbnails_(thumbnails) {}

  std::optional<Input> next() override {
    std::optional<Input> input = inputs_.next();
    if (input)
      input->source = std::make_unique<PicturedSource>(std::move(input->source), place_++, thumbnails_);
    return input;
  }
  void cancel() override { inputs_.cancel(); }

 private:
  InputStream& inputs_;
  Thumbnails& thumbnails_;
  std::size_t place_ = 0;
};

class Query {
 public:
  Query(const IndexedEmbeddings& rows, const QueryOptions& options, Runtime& runtime, const LogSink& log)
      : rows_(rows),
        options_(options),
        embedding_(embed_as(rows, options.embedding)),
        runtime_(runtime),
        log_(log),
        queries_(embedding_.dtype) {}

  QueryReport run(std::stop_token stop) {
    const std::unique_ptr<Model> model = load();
    const std::unique_ptr<InputStream> inputs = open_inputs(options_.inputs);
    embed(*inputs, *model, stop);
    QueryReport report{{}, model->description().random_weights, stop.stop_requested()};
    if (report.interrupted) return report;
    require_images(queries_.answers.size(), *inputs);
    search();
    report.answers = std::move(queries_.answers);
    return report;
  }

 private:
  /// Our own model file says what it is before it is loaded.
  std::unique_ptr<Model> load() {
    const std::optional<ModelDescription> own = describe_own_model(embedding_);
    if (own) require_same_embedding(rows_, embedding_, *own, log_);
    std::unique_ptr<Model> model = runtime_.load_model(embedding_.model, make_load_options(embedding_));
    if (!own) require_same_embedding(rows_, embedding_, model->description(), log_);
    return model;
  }

  void embed(InputStream& inputs, Model& model, std::stop_token stop) {
    const PipelineOptions pipeline = make_pipeline_options(embedding_);
    if (options_.thumbnail_side == 0) return run_pipeline(inputs, model, pipeline, queries_, stop);
    DecodeOptions upright = embedding_.decode;  // as people see it
    upright.apply_exif_orientation = true;
    Thumbnails thumbnails(runtime_, upright, options_.thumbnail_side);
    PicturedInputs pictured(inputs, thumbnails);
    run_pipeline(pictured, model, pipeline, queries_, stop);
    for (std::size_t i = 0; i < queries_.answers.size(); ++i)
      queries_.answers[i].thumbnail = thumbnails.take(i);
  }

  void search() {
    const auto start = std::chrono::steady_clock::now();
    const auto found = runtime_.find_similar_rows(
        rows_.rows, queries_.rows,
        {.most = options_.most, .shown = rows_.names.live(), .num_threads = embedding_.num_threads});
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    log_(LogLevel::debug, fmt::format("searched {} rows for {} queries in {:.3f} s", rows_.rows.count(),
                                      found.size(), elapsed.count()));
    auto similar = found.begin();
    for (QueryAnswer& answer : queries_.answers) {
      if (!answer.failure) name(*similar++, answer);
    }
  }

  /// A row may have several names, and each counts.
  void name(const std::vector<SimilarRow>& similar, QueryAnswer& answer) const {
    for (const SimilarRow& row : similar) {
      for (std::string& name : rows_.names.names(row.row)) {
        if (answer.neighbors.size() == options_.most) return;
        answer.neighbors.push_back({std::move(name), row.cosine});
      }
    }
  }

  const IndexedEmbeddings& rows_;
  const QueryOptions& options_;
  EmbeddingOptions embedding_;
  Runtime& runtime_;
  const LogSink& log_;
  AnswerCollector queries_;
};

}  // namespace

QueryReport query(const IndexedEmbeddings& rows, const QueryOptions& options, Runtime& runtime,
                  const LogSink& log, std::stop_token stop) {
  return Query(rows, options, runtime, log).run(std::move(stop));
}

}  // namespace vit_embed
