#include "pipeline/extract.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "base/error.h"
#include "inputs/input_arguments.h"
#include "inputs/input_plan.h"
#include "inputs/open_inputs.h"
#include "inputs/plan_stream.h"
#include "inputs/recent_inputs.h"
#include "output/publication.h"
#include "output/stream_output.h"
#include "pipeline/model_on_demand.h"

namespace vit_embed {
namespace {

/// Whether what computed the rows of a finished output is what is asked for now.
bool suits(const BuildInfo& build, const ExtractOptions& options) {
  const bool is_native = build.engine == kNativeEngine;
  if (options.engine != EngineChoice::automatic && is_native != (options.engine == EngineChoice::native))
    return false;
  const std::optional<InstructionSet> isa = instruction_set_from_string(build.instruction_set);
  return !is_native || (isa && *isa <= options.isa);
}

/// Stands before the output: ends the run at a failure where that is asked for, before it is written, and
/// tells the observer of what was written.
class ObservedWriter : public BatchWriter {
 public:
  ObservedWriter(BatchWriter& output, OnError on_error, RunObserver& observer, RunCounts& counts)
      : output_(output), on_error_(on_error), observer_(observer), counts_(counts) {}

  void write(const EmbeddedBatch& batch) override {
    for (const BatchEntry& entry : batch.entries) {
      if (!entry.failure) continue;
      if (on_error_ == OnError::fail) {
        throw FatalError(fmt::format("'{}': {} (--on-error fail)", entry.name, entry.failure->reason));
      }
      observer_.on_failure(entry.name, *entry.failure);
    }
    output_.write(batch);
    for (const BatchEntry& entry : batch.entries) counts_.add(outcome_of(entry), on_error_ == OnError::nan);
    observer_.on_batch(counts_);
  }

 private:
  BatchWriter& output_;
  OnError on_error_;
  RunObserver& observer_;
  RunCounts& counts_;
};

class Extraction {
 public:
  Extraction(const ExtractOptions& options, const RuntimeOpener& open_runtime, RunObserver& observer,
             const LogSink& log, std::stop_token stop)
      : options_(options),
        observer_(observer),
        log_(log),
        stop_(std::move(stop)),
        model_(options, open_runtime) {}

  ExtractReport run() {
    describe_model();
    report_.random_weights = model_.description().random_weights;
    const bool once = come_once(options_.inputs);
    const std::unique_ptr<InputStream> inputs = open_inputs(
        options_.inputs, options_.streams() || once ? TarStream::Pass::read : TarStream::Pass::list);
    if (options_.streams()) {
      stream(*inputs);
    } else if (once) {
      publish_as_they_come(*inputs);
    } else {
      publish(*inputs);
    }
    return report_;
  }

 private:
  void stream(InputStream& inputs) {
    StreamOutput output(spec_, options_.failures);
    model_.load();
    observer_.on_start(std::nullopt, {});
    embed(inputs, output);
    if (!report_.interrupted) require_images(report_.counts.inputs, inputs);
  }

  void publish(InputStream& inputs) {
    const InputPlan plan(inputs, parent_directory(options_.output), stop_);
    report_.interrupted = stop_.stop_requested();
    if (report_.interrupted) return;
    require_images(plan.count(), inputs);
    if (!options_.restart && !std::filesystem::exists(partial_directory(options_.output)) && is_done(plan))
      return;
    PartialRun partial(spec_, log_);
    if (options_.restart) {
      partial.discard();
    } else if (!partial.has_earlier_run() && is_done(plan)) {  // else someone wanted it made anew
      return;
    }
    model_.load();
    InputPlan::Reader reader(plan);
    take_up(partial, [&reader]() -> std::optional<JournalEntry> {
      std::optional<InputPlan::Item> item = reader.next();
      if (!item) return std::nullopt;
      return JournalEntry{std::move(item->input.name), item->identity, Outcome::row};
    });
    partial.require_space(plan.count() - partial.counts().inputs);
    report_.counts = partial.counts();
    observer_.on_start(plan.count(), partial.counts());
    PlanStream remaining(plan, partial.counts().inputs);
    embed_and_publish(remaining, partial);
  }

  /// What comes once cannot be listed first: it is compared with an earlier run's journal as it comes.
  void publish_as_they_come(InputStream& stream) {
    RecentInputs inputs(stream, options_.batch_size + 1);  // as many as resuming may look at in vain
    PartialRun partial(spec_, log_);
    if (options_.restart) partial.discard();
    const std::stop_callback cancel(stop_, [&inputs] { inputs.cancel(); });
    try {
      compare_and_go_on(inputs, partial);
    } catch (const CutOffError& error) {
      if (!partial.has_earlier_run()) throw;
      throw FatalError(
          fmt::format("{}; what came before is kept in '{}': the same command, with all of it, goes on",
                      error.what(), partial_directory(options_.output).native()));
    }
  }

  void compare_and_go_on(RecentInputs& inputs, PartialRun& partial) {
    try {
      require_first_image(inputs);
      model_.load();
      take_up(partial, [this, &inputs]() -> std::optional<JournalEntry> {
        const Input* input = look(inputs);
        if (input == nullptr) return std::nullopt;
        return JournalEntry{input->name, input->source->identify(), Outcome::row};
      });
    } catch (const StoppedError&) {  // what an earlier run left stays as it is
      report_.interrupted = true;
      return;
    }
    inputs.go_back_to(partial.counts().inputs);
    report_.counts = partial.counts();
    observer_.on_start(std::nullopt, partial.counts());
    embed_and_publish(inputs, partial);
  }

  const Input* look(RecentInputs& inputs) const {
    const Input* input = inputs.look();
    if (stop_.stop_requested()) throw StoppedError("stopped");
    return input;
  }

  /// An output that is there does not give way to a pipe in which nothing came.
  void require_first_image(RecentInputs& inputs) const {
    const Input* first = look(inputs);
    if (first == nullptr) throw FatalError("no images found");
    const auto* failed = dynamic_cast<const FailedSource*>(first->source.get());
    if (failed != nullptr && first->name == options_.inputs.stdin_name) {
      const std::string reason = failed->reason();
      if (look(inputs) == nullptr)
        throw FatalError(fmt::format("no images found: '{}': {}", options_.inputs.stdin_name, reason));
    }
    inputs.go_back_to(0);
  }

  void embed_and_publish(InputStream& inputs, PartialRun& partial) {
    embed(inputs, partial);
    if (report_.interrupted) return;
    partial.publish({model_.description().source, model_.description().revision,
                     model_.description().random_weights, options_.failures});
  }

  bool is_done(const InputPlan& plan) {
    const std::optional<std::vector<OutputMeta>> metas = find_up_to_date(spec_, plan.digest());
    if (!metas) return false;
    const OutputMeta& meta = metas->front();
    if (options_.on_error == OnError::fail && meta.failures() > 0) return false;
    if (!suits(meta.build, options_)) return false;
    report_.up_to_date = true;
    report_.counts = {meta.inputs, meta.rows, meta.permanent_failures, meta.transient_failures};
    return true;
  }

  void describe_model() {
    model_.describe();
    spec_ = make_output_spec(options_, model_.description());
  }

  void take_up(PartialRun& partial, const PartialRun::PlannedInputs& planned) {
    const RunRecord record = make_record();
    if (partial.has_earlier_run()) {
      partial.resume(record, planned, options_.allow_mixed);
    } else {
      partial.begin(record);
    }
  }

  RunRecord make_record() const {
    RunRecord record;
    record.format = to_string(spec_.format);
    for (const FeatureSpec& feature : spec_.features) record.fingerprints.push_back(feature.fingerprint);
    record.batch_size = options_.batch_size;
    record.num_threads = options_.num_threads;
    record.on_error = to_string(options_.on_error);
    record.max_pixels = options_.decode.max_pixels;
    record.columns = fmt::format("{}", fmt::join(spec_.columns, ","));
    if (spec_.shard) record.shard = to_string(*spec_.shard);
    record.build = model_.build_info();
    return record;
  }

  void embed(InputStream& inputs, BatchWriter& output) {
    ObservedWriter writer(output, options_.on_error, observer_, report_.counts);
    run_pipeline(inputs, model_.model(), make_pipeline_options(options_), writer, stop_);
    report_.interrupted = stop_.stop_requested();
  }

  const ExtractOptions& options_;
  RunObserver& observer_;
  const LogSink& log_;
  std::stop_token stop_;
  ModelOnDemand model_;
  OutputSpec spec_;
  ExtractReport report_;
};

}  // namespace

std::string_view to_string(OnError on_error) {
  switch (on_error) {
    case OnError::skip:
      return "skip";
    case OnError::nan:
      return "nan";
    case OnError::fail:
      return "fail";
  }
  return {};
}

OutputSpec make_output_spec(const ExtractOptions& options, const ModelDescription& model) {
  OutputSpec spec;
  spec.path = options.output;
  spec.format = options.format;
  spec.nan_rows = options.on_error == OnError::nan;
  spec.max_pixels = options.decode.max_pixels;
  spec.columns = column_names(options.inputs);
  if (options.inputs.shard) {
    spec.shard =
        ShardInfo{*options.inputs.shard, shard_source(options.inputs), selection_of(options.inputs.folders)};
  }
  for (const Feature feature : options.features)
    spec.features.push_back(make_feature_spec(options, feature, model));
  return spec;
}

ExtractReport extract(const ExtractOptions& options, const RuntimeOpener& open_runtime, RunObserver& observer,
                      const LogSink& log, std::stop_token stop) {
  return Extraction(options, open_runtime, observer, log, std::move(stop)).run();
}

}  // namespace vit_embed
