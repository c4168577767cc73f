#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_lock.h"
#include "base/log.h"
#include "formats/append_file.h"
#include "formats/journal.h"
#include "formats/run_record.h"
#include "output/embedded_batch.h"
#include "output/output_spec.h"
#include "output/row_writer.h"

// X.partial: a run that is not finished
// =====================================
//   lock          held while a process works on it
//   run.json      what the run is (formats/run_record.h)
//   journal       which inputs are done (formats/journal.h); its marks are those of these files, in order:
//     F.rows        the rows of each feature F, in the output's format
//     index.csv     for .npy (formats/sidecars.h)
//     failures.csv  (formats/sidecars.h)
// A batch is appended to its files first, then to the journal, so that what the journal says is there is
// there. What it does not say is overwritten.

namespace vit_embed {

/// How many of a run's inputs are done, and what became of them.
struct RunCounts {
  std::uint64_t inputs = 0;
  std::uint64_t rows = 0;
  std::uint64_t permanent_failures = 0;
  std::uint64_t transient_failures = 0;

  std::uint64_t failures() const { return permanent_failures + transient_failures; }
  /// One input more; with `nan_rows` a failed one has a row, too.
  void add(Outcome outcome, bool nan_rows);
  bool operator==(const RunCounts&) const = default;
};

/// How the journal has what became of an input, which was not embedded before.
Outcome outcome_of(const BatchEntry& entry);

/// What publication tells of the run besides its rows.
struct PublicationInfo {
  std::string model_source;
  std::string model_revision;
  bool random_weights = false;
  std::filesystem::path failures_copy;  ///< where a copy of the failure list goes; may be empty
};

class PartialRun : public BatchWriter {
 public:
  /// Takes the lock, and finishes a publication that was interrupted. Throws BusyError where another run has
  /// the lock, FatalError where the directory cannot be made.
  PartialRun(OutputSpec spec, const LogSink& log);
  PartialRun(const PartialRun&) = delete;
  PartialRun& operator=(const PartialRun&) = delete;
  /// Removes X.partial where there is nothing in it to go on from, or nothing will go on from it.
  ~PartialRun() override;

  /// Whether an earlier run left something to go on from.
  bool has_earlier_run() const;
  /// Drops what an earlier run left.
  void discard();

  /// The name and identity of the input at each position, from the first; nothing behind the last.
  using PlannedInputs = std::function<std::optional<JournalEntry>()>;

  /// Sets up a new run.
  void begin(const RunRecord& record);
  /// begin() for a run that always starts anew: a snapshot, a merge; record.on_error names it. Throws
  /// RefusedError where an unfinished run of something else stands there.
  void begin_anew(const RunRecord& record);
  /// Goes on with the earlier run as far as its journal is a prefix of the inputs as they are now, in whole
  /// batches; where its files are gone or cut, from the start. Throws RefusedError, naming each difference,
  /// where the earlier run was of other options; another engine or instruction set is let pass with
  /// `allow_mixed`, another number of threads where the rows do not depend on it.
  void resume(const RunRecord& record, const PlannedInputs& planned, bool allow_mixed);

  const RunCounts& counts() const { return counts_; }

  /// Throws FatalError where the disk has no room for `rows` more rows.
  void require_space(std::uint64_t rows) const;

  void write(const EmbeddedBatch& batch) override;

  /// Makes the output stand under its final names, and ends this run.
  void publish(const PublicationInfo& info);

 private:
  std::filesystem::path in_partial(std::string_view name) const { return directory_ / name; }
  bool has_files() const;
  void open_files(bool create);
  std::vector<AppendFile*> files();
  bool accept(const JournalBatch& batch, const PlannedInputs& planned, std::uint64_t batch_size);
  void write_row(const BatchEntry& entry, const EmbeddedBatch& batch, std::size_t row);
  void write_nan_row(const BatchEntry& entry);
  void sync();
  void write_sidecars(const FeatureSpec& feature, const PublicationInfo& info, const std::string& digest);
  void copy_failures(const std::filesystem::path& to);

  OutputSpec spec_;
  LogSink log_;
  std::filesystem::path directory_;
  std::optional<FileLock> lock_;
  RunRecord record_;
  std::vector<AppendFile> rows_;
  std::vector<std::unique_ptr<RowWriter>> row_writers_;
  std::optional<AppendFile> index_;
  std::optional<AppendFile> failures_;
  std::optional<JournalWriter> journal_;
  RunCounts counts_;
  bool published_ = false;
  bool starts_anew_ = false;  // always: see begin_anew()
  std::chrono::steady_clock::time_point last_sync_ = std::chrono::steady_clock::now();
};

}  // namespace vit_embed
