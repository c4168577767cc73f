#include "sync/sync.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "base/error.h"
#include "base/file_lock.h"
#include "pipeline/model_on_demand.h"
#include "store/change_plan.h"
#include "store/generation_builder.h"
#include "store/generation_writer.h"
#include "store/index_file.h"
#include "store/live_files.h"
#include "store/migration.h"
#include "store/store_directory.h"
#include "sync/checkpointing_writer.h"
#include "sync/deletion_guard.h"
#include "sync/folder_scan.h"
#include "sync/planned_inputs.h"
#include "sync/target_generation.h"
#include "sync/time_budget.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

std::int64_t seconds_since_epoch() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Sync {
 public:
  Sync(const SyncOptions& options, const RuntimeOpener& open_runtime, RunObserver& observer,
       const LogSink& log, std::stop_token stop)
      : options_(options),
        embedding_(options.embedding),
        model_(embedding_, open_runtime),
        observer_(observer),
        log_(log),
        caller_stop_(stop),
        budget_(options.time_budget, std::move(stop)),
        store_(options.store) {}

  SyncReport run() {
    run_.started = seconds_since_epoch();
    if (!options_.dry_run) lock();
    describe_rows();
    if (!options_.dry_run) store_.remove_leftovers();
    const TargetGeneration target =
        choose_target(store_, info_, {options_.migrate, options_.abandon_migration, options_.dry_run});
    report_.migrating = target.is_next;
    work_on(target);
    return report_;
  }

 private:
  std::stop_token stop() const { return budget_.token(); }

  void lock() {
    require_beginning();
    fs::create_directory(store_.path());
    lock_.emplace(store_.lock_path());
    if (options_.abandon_migration) store_.abandon_next();
  }

  /// A mistyped folder or a forgotten model is no reason to make a store.
  void require_beginning() const {
    if (store_.current()) return;
    if (!options_.create)
      throw FatalError(fmt::format("'{}' is no store: is its disk not mounted?", store_.path().native()));
    plan_roots(options_.roots, {});
    if (options_.roots.folders.empty())
      throw FatalError(fmt::format("'{}' is no store yet: give the folders", store_.path().native()));
    if (options_.embedding.model.empty() && options_.model_of_new_store.empty())
      throw UsageError("-m/--model: a new store needs one (or set VIT_EMBED_MODEL)");
  }

  fs::path default_model() const {
    const std::optional<fs::path> current = store_.current();
    if (!current) return options_.model_of_new_store;
    return Manifest(GenerationFiles(*current).manifest, ManifestAccess::read).info().model_path;
  }

  /// Our own model file says all before it is loaded; where none is given it is that of the last run.
  void describe_rows() {
    if (embedding_.model.empty()) embedding_.model = default_model();
    model_.describe();
    const ModelDescription& description = model_.description();
    report_.random_weights = description.random_weights;
    const FeatureSpec feature = make_feature_spec(embedding_, embedding_.features.front(), description);
    info_ = {.fingerprint = feature.fingerprint,
             .row_size = feature.row_size(),
             .max_pixels = embedding_.decode.max_pixels,
             .model_path = fs::absolute(embedding_.model).lexically_normal().native(),
             .model_source = description.source,
             .model_revision = description.revision,
             .random_weights = description.random_weights};
  }

  void work_on(const TargetGeneration& target) {
    const GenerationFiles files(target.path);
    Manifest manifest(files.manifest, ManifestAccess::write);
    if (!options_.dry_run) restore_header(manifest, files.embeddings);
    {
      ChangePlan plan(manifest);
      const RootPlan roots = plan_roots(options_.roots, manifest.roots());
      scan(manifest, roots, plan);
      if (stopped() || options_.dry_run) return;
      carry_out(manifest, files, roots, plan);
    }
    if (!manifest.is_indexed()) {
      write_index(manifest, files.index);
      manifest.set_indexed();
    }
    if (stopped() || !report_.refused.empty()) return note_run(manifest, "stopped");
    note_run(manifest, "done");
    if (target.is_next) finish_migration(manifest);
    if (options_.prune && report_.refused.empty()) prune(manifest, files);
  }

  bool stopped() {
    report_.interrupted = caller_stop_.stop_requested();
    report_.out_of_time = stop().stop_requested() && !report_.interrupted;
    return stop().stop_requested();
  }

  /// All roots are looked at before anything is changed, for one may refuse the run.
  void scan(Manifest& manifest, const RootPlan& roots, ChangePlan& plan) {
    const bool larger_images = info_.max_pixels > manifest.info().max_pixels;
    std::vector<std::pair<Root, RootScanCounts>> scanned;
    for (const PlannedRoot& planned : roots.to_scan) {
      RootScan scan(manifest, plan, planned.root.id, options_.retry_failed || larger_images);
      const RootScanCounts counts =
          scan_folder(planned.root, options_.folders, options_.settling_time, scan, stop());
      if (stop().stop_requested()) return;
      scanned.emplace_back(planned.root, counts);
      scanned_.push_back(planned.root.id);
      report_.seen += counts.seen;
      report_.unchanged += counts.unchanged;
      report_.failing += counts.failing;
    }
    for (const auto& [root, counts] : scanned) guard_deletions(root, counts, plan, options_.max_delete);
    report_.planned = plan.count_files();
    report_.vanished = plan.count_vanished();
  }

  void carry_out(Manifest& manifest, const GenerationFiles& files, const RootPlan& roots, ChangePlan& plan) {
    apply_root_changes(manifest, roots.changes);
    if (manifest.info() != info_) manifest.update_info(info_);
    const std::vector<Trouble> troubles = plan.troubles();
    if (report_.planned == 0 && report_.vanished == 0 && troubles.empty()) return;
    for (const Root& root : manifest.roots()) root_paths_[root.id] = root.path;
    GenerationWriter generation(manifest, plan, files.embeddings);
    for (const Trouble& trouble : troubles) generation.add_failure(trouble);
    if (report_.planned > 0) embed(generation);
    const GenerationWriter::Finish finish =
        generation.finish([this](std::uint64_t count, std::uint64_t held) {
          return deletions_allowed(count, held, options_.max_delete);
        });
    tell(finish.new_failures);
    for (const RefusedDeletion& deletion : finish.refused)
      report_.refused = describe_refusal(root_paths_.at(deletion.root), deletion);
    report_.counts = generation.counts();
  }

  void embed(GenerationWriter& generation) {
    model_.load();
    generation.set_build(model_.build_info());
    PipelineOptions pipeline = make_pipeline_options(embedding_);
    pipeline.is_embedded = [&generation](const ContentHash& content) { return generation.has_row(content); };
    PlannedInputs inputs(generation, root_paths_);
    CheckpointingWriter writer(generation, inputs, {options_.checkpoint_files, options_.checkpoint_time},
                               observer_, [this](const std::vector<Trouble>& failures) { tell(failures); });
    observer_.on_start(report_.planned, {});
    run_pipeline(inputs, model_.model(), pipeline, writer, stop());
  }

  void tell(const std::vector<Trouble>& failures) {
    for (const Trouble& failure : failures) {
      observer_.on_failure(full_path(root_paths_.at(failure.root), failure.path),
                           {failure.kind, failure.reason});
    }
  }

  void note_run(Manifest& manifest, const char* outcome) {
    run_.finished = seconds_since_epoch();
    run_.outcome = outcome;
    run_.counts = report_.counts;
    manifest.add_run(run_);
    report_.pending = manifest.count_files().pending;
  }

  void finish_migration(Manifest& next) {
    const Manifest current(GenerationFiles(store_.require_current()).manifest, ManifestAccess::read);
    if (const std::optional<std::string> missing = why_not_complete(next, current, scanned_)) {
      log_(LogLevel::info, fmt::format("the migration goes on: {}", *missing));
      return;
    }
    const std::uint64_t lost = count_lost_by_switch(next, current);
    const std::uint64_t held = current.count_files().live;
    if (!deletions_allowed(lost, held, options_.max_delete)) {
      report_.refused = fmt::format(
          "the migration is done, but {} of the {} files that have a row have none in the new "
          "generation, more than --max-delete lets go: readers keep the old one",
          lost, held);
      return;
    }
    store_.make_next_current();
    report_.switched = true;
    report_.migrating = false;
  }

  void prune(const Manifest& manifest, const GenerationFiles& files) {
    if (store_.next()) {
      log_(LogLevel::warning, "--prune waits for the migration that is under way");
      return;
    }
    if (manifest.count_dead_rows() == 0 && manifest.count_files().deleted == 0) return;
    store_.set_current(store_.add_generation([&](const fs::path& directory) {
      build_compacted_generation(directory, manifest, files.embeddings);
    }));
    report_.pruned = true;
  }

  const SyncOptions& options_;
  EmbeddingOptions embedding_;
  ModelOnDemand model_;
  RunObserver& observer_;
  const LogSink& log_;
  std::stop_token caller_stop_;
  TimeBudget budget_;
  StoreDirectory store_;
  std::optional<FileLock> lock_;
  GenerationInfo info_;
  std::map<std::int64_t, std::string> root_paths_;
  std::vector<std::int64_t> scanned_;  ///< roots, by their ids
  RunEntry run_;
  SyncReport report_;
};

}  // namespace

SyncReport sync(const SyncOptions& options, const RuntimeOpener& open_runtime, RunObserver& observer,
                const LogSink& log, std::stop_token stop) {
  return Sync(options, open_runtime, observer, log, std::move(stop)).run();
}

}  // namespace vit_embed
