#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "output/partial_run.h"
#include "support/temporary_directory.h"

namespace vit_embed {

/// A run over few inputs, whose rows follow from the inputs' names: what is needed to begin, cut and resume
/// it.
class SmallRun : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBatchSize = 3;

  SmallRun() { set_features({Feature::cls}); }

  void set_features(const std::vector<Feature>& features, OutputFormat format = OutputFormat::npy) {
    spec_.format = format;
    spec_.path = directory_ / ("photos." + std::string(to_string(format)));
    spec_.features.clear();
    record_ = {};
    for (const Feature feature : features) {
      FeatureSpec feature_spec;
      feature_spec.fingerprint.weights_sha256 = std::string(64, 'a');
      feature_spec.fingerprint.feature = feature;
      feature_spec.row_shape = {4};
      if (feature == Feature::tokens) feature_spec.row_shape = {2, 4};
      spec_.features.push_back(feature_spec);
      record_.fingerprints.push_back(feature_spec.fingerprint);
    }
    record_.format = to_string(format);
    record_.batch_size = kBatchSize;
    record_.num_threads = 1;
    record_.on_error = "skip";
    record_.build = {"0.1.0", "torchscript", "avx2", {{"LibTorch", "1.13.1"}}};
  }

  /// `count` inputs; those whose name holds "bad" fail for good, "gone" in passing.
  static std::vector<JournalEntry> some_inputs(std::size_t count) {
    std::vector<JournalEntry> inputs;
    for (std::size_t i = 0; i < count; ++i) {
      const char* kind = i % 5 == 3 ? "bad" : i % 7 == 6 ? "gone" : "image";
      inputs.push_back(
          {kind + std::to_string(i) + ",\".jpg", {100 + i, 1000 + static_cast<std::int64_t>(i)}, {}});
    }
    return inputs;
  }

  EmbeddedBatch embedded(const std::vector<JournalEntry>& inputs, std::size_t first) const {
    EmbeddedBatch batch;
    batch.rows.resize(spec_.features.size());
    for (std::size_t i = first; i < inputs.size() && i < first + kBatchSize; ++i) {
      BatchEntry entry{.name = inputs[i].name, .identity = inputs[i].identity};
      if (entry.name.starts_with("bad")) entry.failure = {FailureKind::permanent, "not an image, \"at all\""};
      if (entry.name.starts_with("gone")) entry.failure = {FailureKind::transient, "no such file"};
      for (std::size_t f = 0; f < batch.rows.size() && !entry.failure; ++f) {
        for (std::uint64_t k = 0; k < spec_.features[f].row_size(); ++k) {
          batch.rows[f].push_back(static_cast<float>(inputs[i].identity.size) + static_cast<float>(f) * 0.5f +
                                  static_cast<float>(k) / 100);
        }
      }
      batch.entries.push_back(std::move(entry));
    }
    return batch;
  }

  static PartialRun::PlannedInputs planned(const std::vector<JournalEntry>& inputs) {
    return [&inputs, next = std::size_t{0}]() mutable -> std::optional<JournalEntry> {
      return next < inputs.size() ? std::optional(inputs[next++]) : std::nullopt;
    };
  }

  void write_rest(PartialRun& run, const std::vector<JournalEntry>& inputs) const {
    for (std::size_t i = run.counts().inputs; i < inputs.size(); i += kBatchSize)
      run.write(embedded(inputs, i));
  }

  /// Does the first `batches` batches and leaves the rest, as a run that was stopped.
  void interrupt(const std::vector<JournalEntry>& inputs, std::size_t batches) {
    PartialRun run(spec_, log());
    run.begin(record_);
    for (std::size_t b = 0; b < batches; ++b) run.write(embedded(inputs, b * kBatchSize));
  }

  /// Goes on from what is there, to the end; returns how many inputs were done before.
  std::uint64_t resume_and_publish(const std::vector<JournalEntry>& inputs) {
    PartialRun run(spec_, log());
    run.resume(record_, planned(inputs), false);
    const std::uint64_t done = run.counts().inputs;
    write_rest(run, inputs);
    run.publish(info_);
    return done;
  }

  void run_whole(const std::vector<JournalEntry>& inputs) {
    PartialRun run(spec_, log());
    run.begin(record_);
    write_rest(run, inputs);
    run.publish(info_);
  }

  /// Every file below the output's directory, by its relative name.
  std::map<std::string, std::string> all_files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (entry.is_regular_file())
        files[entry.path().lexically_relative(directory_.path())] = file_content(entry.path());
    }
    return files;
  }

  /// What a run over these inputs publishes when nothing comes between.
  std::map<std::string, std::string> uninterrupted(const std::vector<JournalEntry>& inputs) {
    run_whole(inputs);
    std::map<std::string, std::string> files = all_files();
    for (const auto& [name, content] : files) std::filesystem::remove(directory_ / name);
    return files;
  }

  std::filesystem::path partial(std::string_view name) const { return partial_directory(spec_.path) / name; }

  LogSink log() {
    return [this](LogLevel, std::string_view message) { logged_ += std::string(message) + "\n"; };
  }

  TemporaryDirectory directory_;
  OutputSpec spec_;
  RunRecord record_;
  PublicationInfo info_{"a model", "c0ffee", false, {}};
  std::string logged_;
};

}  // namespace vit_embed
