#include "pipeline/dry_run.h"

#include <chrono>

#include "inputs/input_arguments.h"
#include "inputs/input_plan.h"
#include "inputs/open_inputs.h"
#include "inputs/plan_stream.h"

namespace vit_embed {
namespace {

class RowCounter : public BatchWriter {
 public:
  void write(const EmbeddedBatch& batch) override {
    for (const BatchEntry& entry : batch.entries) rows += entry.has_row() ? 1 : 0;
  }
  std::uint64_t rows = 0;
};

}  // namespace

DryRunReport dry_run(const ExtractOptions& options, const RuntimeOpener& open_runtime, std::stop_token stop) {
  if (come_once(options.inputs))
    throw UsageError(
        "--dry-run lists what there is, and a tar on stdin can be read once: leave one of them out");
  const std::optional<ModelDescription> own = describe_own_model(options);
  if (own) make_output_spec(options, *own);  // a feature that it lacks is told before anything is listed
  const std::unique_ptr<InputStream> inputs = open_inputs(options.inputs, TarStream::Pass::list);
  const InputPlan plan(*inputs, std::filesystem::temp_directory_path(), stop);
  require_images(plan.count(), *inputs);

  const std::unique_ptr<Runtime> runtime = open_runtime();
  const std::unique_ptr<Model> model = runtime->load_model(options.model, make_load_options(options));
  const OutputSpec spec = make_output_spec(options, model->description());
  DryRunReport report{plan.count(), plan.total_bytes(), estimated_size(spec, plan.count()), 0};
  PlanStream first(plan, 0, options.batch_size);
  RowCounter counter;
  const auto start = std::chrono::steady_clock::now();
  run_pipeline(first, *model, make_pipeline_options(options), counter, stop);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (counter.rows > 0) report.seconds_per_image = elapsed.count() / static_cast<double>(counter.rows);
  return report;
}

}  // namespace vit_embed
