#include "pipeline/dry_run.h"

#include <chrono>

#include "inputs/input_plan.h"
#include "pipeline/pipeline.h"

namespace vit_embed {
namespace {

/// The first inputs of a plan, as many as fit one batch.
class FirstBatch : public InputStream {
 public:
  FirstBatch(const InputPlan& plan, std::size_t batch_size) : reader_(plan), remaining_(batch_size) {}
  std::optional<Input> next() override {
    if (remaining_ == 0) return std::nullopt;
    --remaining_;
    std::optional<InputPlan::Item> item = reader_.next();
    return item ? std::optional(std::move(item->input)) : std::nullopt;
  }

 private:
  InputPlan::Reader reader_;
  std::size_t remaining_;
};

class RowCounter : public BatchWriter {
 public:
  void write(const EmbeddedBatch& batch) override {
    for (const BatchEntry& entry : batch.entries) rows += entry.failure ? 0 : 1;
  }
  std::uint64_t rows = 0;
};

}  // namespace

DryRunReport dry_run(const ExtractOptions& options, const RuntimeOpener& open_runtime, std::stop_token stop) {
  const OutputSpec spec = make_output_spec(options, read_model_metadata(options.model));
  const std::unique_ptr<InputStream> inputs = open_inputs(options.inputs);
  const InputPlan plan(*inputs, std::filesystem::temp_directory_path(), stop);
  DryRunReport report{plan.count(), plan.total_bytes(), estimated_size(spec, plan.count()), 0};
  if (plan.count() == 0) throw FatalError("no images found");

  const std::unique_ptr<Runtime> runtime = open_runtime();
  const std::unique_ptr<Model> model =
      runtime->load_model(options.model, {options.device, options.num_threads});
  PipelineOptions pipeline;
  pipeline.batch_size = options.batch_size;
  pipeline.decode_threads = options.num_threads;
  pipeline.features = options.features;
  pipeline.decode.apply_exif_orientation = options.apply_exif_orientation;
  FirstBatch first(plan, options.batch_size);
  RowCounter counter;
  const auto start = std::chrono::steady_clock::now();
  run_pipeline(first, *model, pipeline, counter, stop);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (counter.rows > 0) report.seconds_per_image = elapsed.count() / static_cast<double>(counter.rows);
  return report;
}

}  // namespace vit_embed
