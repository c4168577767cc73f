#include "output/partial_run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <cerrno>
#include <limits>

#include "base/atomic_file.h"
#include "base/error.h"
#include "formats/npy.h"
#include "formats/sidecars.h"
#include "output/partial_directory.h"
#include "output/publication.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

/// A loss of power costs at most the work of this time; the death of the process costs a batch.
constexpr std::chrono::seconds kSyncInterval{10};

/// The directory may be removed, by the run that finishes in it, between our making it and our locking in it.
FileLock lock_directory(const fs::path& directory) {
  while (true) {
    if (::mkdir(directory.c_str(), 0777) != 0 && errno != EEXIST) {
      throw FatalError(system_error_message("creating", directory, errno));
    }
    try {
      return FileLock(directory / "lock");
    } catch (const FatalError&) {
      if (fs::exists(directory)) throw;
    }
  }
}

/// The record without what may differ between two runs that belong together.
RunRecord comparable(RunRecord record, bool allow_mixed) {
  record.build.tool_version.clear();
  record.build.libraries.clear();
  if (allow_mixed) record.build = {};
  return record;
}

/// Calls `put` with one piece after the other.
template <class Put>
void read_pieces(const fs::path& from, Put put) {
  FileDescriptor file = FileDescriptor::open(from, O_RDONLY);
  std::vector<std::byte> buffer(std::size_t{1} << 16);
  while (const std::size_t size = file.read_some(buffer)) put(std::span(buffer).first(size));
}

void copy_durably(const fs::path& from, const fs::path& to) {
  FileDescriptor copy = FileDescriptor::open(to, O_WRONLY | O_CREAT | O_TRUNC);
  read_pieces(from, [&copy](std::span<const std::byte> piece) { copy.write_all(piece); });
  copy.sync();
}

/// Of the inputs as they were when they were read, which may be later than when they were listed.
std::string digest_of_journal(const fs::path& path) {
  InputsDigest digest;
  JournalReader journal(path);
  while (const std::optional<JournalBatch> batch = journal.next()) {
    for (const JournalEntry& entry : batch->entries) digest.add(entry.name, entry.identity);
  }
  return digest.hex_digest();
}

void write_inputs(const fs::path& journal_path, const fs::path& to) {
  AppendFile inputs = AppendFile::create(to, kInputsHeader);
  JournalReader journal(journal_path);
  while (const std::optional<JournalBatch> batch = journal.next()) {
    for (const JournalEntry& entry : batch->entries) inputs.append(inputs_record(entry));
  }
  inputs.sync();
}

}  // namespace

void RunCounts::add(Outcome outcome, bool nan_rows) {
  ++inputs;
  if (outcome == Outcome::row || nan_rows) ++rows;
  if (outcome == Outcome::permanent_failure) ++permanent_failures;
  if (outcome == Outcome::transient_failure) ++transient_failures;
}

Outcome outcome_of(const BatchEntry& entry) {
  if (entry.has_row()) return Outcome::row;
  return entry.failure.value().kind == FailureKind::permanent ? Outcome::permanent_failure
                                                              : Outcome::transient_failure;
}

PartialRun::PartialRun(OutputSpec spec, const LogSink& log)
    : spec_(std::move(spec)), log_(log), directory_(partial_directory(spec_.path)) {
  lock_ = lock_directory(directory_);
  if (finish_publication(spec_.path)) {
    log_(LogLevel::info,
         fmt::format("finished the publication of '{}' that was interrupted", spec_.path.native()));
    lock_ = lock_directory(directory_);
  }
}

PartialRun::~PartialRun() {
  if (published_ || is_present(in_partial(kCompleteMarker))) return;
  // Nothing done, nothing to go on from: leave no trace of a run that did not get anywhere.
  if (!starts_anew_ && (counts_.inputs > 0 || (has_earlier_run() && !journal_))) return;
  try {
    remove_partial(directory_);
  } catch (const FatalError&) {  // the next run will
  }
}

bool PartialRun::has_earlier_run() const {
  std::error_code ignored;
  return fs::exists(in_partial("run.json"), ignored) && fs::exists(in_partial("journal"), ignored);
}

void PartialRun::discard() {
  clear_partial(directory_);
}

/// Whether every file of the earlier run is there with its header. A loss of power may have left less.
bool PartialRun::has_files() const {
  const auto has = [](const fs::path& path, std::string_view header) {
    std::error_code missing;
    const std::uintmax_t size = fs::file_size(path, missing);
    return !missing && size >= header.size();
  };
  for (const FeatureSpec& feature : spec_.features) {
    if (!has(partial_files(spec_.path, feature.fingerprint.feature).rows, rows_header(spec_, feature)))
      return false;
  }
  if (spec_.format == OutputFormat::npy && !has(in_partial("index.csv"), index_header(spec_.columns)))
    return false;
  return has(in_partial("failures.csv"), kFailuresHeader);
}

void PartialRun::open_files(bool create) {
  const auto open = [create](const fs::path& path, std::string_view header) {
    if (create) return AppendFile::create(path, header);
    AppendFile file = AppendFile::reopen(path, header.size());
    file.overwrite_header(header);  // no mark covers it
    return file;
  };
  rows_.clear();
  row_writers_.clear();
  rows_.reserve(spec_.features.size());  // the writers hold references
  for (const FeatureSpec& feature : spec_.features) {
    const fs::path path = partial_files(spec_.path, feature.fingerprint.feature).rows;
    rows_.push_back(open(path, rows_header(spec_, feature)));
    row_writers_.push_back(make_row_writer(spec_, feature, rows_.back()));
  }
  if (spec_.format == OutputFormat::npy) index_ = open(in_partial("index.csv"), index_header(spec_.columns));
  failures_ = open(in_partial("failures.csv"), kFailuresHeader);
}

std::vector<AppendFile*> PartialRun::files() {
  std::vector<AppendFile*> all;
  for (AppendFile& rows : rows_) all.push_back(&rows);
  if (index_) all.push_back(&*index_);
  all.push_back(&*failures_);
  return all;
}

void PartialRun::begin(const RunRecord& record) {
  discard();
  record_ = record;
  open_files(true);
  journal_ = JournalWriter::create(in_partial("journal"));
  write_file_atomically(in_partial("run.json"), to_json(record));
}

void PartialRun::begin_anew(const RunRecord& record) {
  if (has_earlier_run() && read_run_record(in_partial("run.json")).on_error != record.on_error) {
    throw RefusedError(fmt::format("'{}' holds an unfinished run of another command: finish it, or remove it",
                                   directory_.native()));
  }
  starts_anew_ = true;
  begin(record);
}

void PartialRun::resume(const RunRecord& record, const PlannedInputs& planned, bool allow_mixed) {
  RunRecord then = read_run_record(in_partial("run.json"));
  if (!rows_follow_threads(then, record)) then.num_threads = record.num_threads;
  const std::vector<std::string> found =
      differences(comparable(then, allow_mixed), comparable(record, allow_mixed));
  if (!found.empty()) {
    throw RefusedError(
        fmt::format("'{}' holds an unfinished run of other options (--restart discards it):\n  {}",
                    directory_.native(), fmt::join(found, "\n  ")));
  }
  for (const std::string& difference : differences(then, record)) {
    log_(LogLevel::warning, fmt::format("going on from a run of another build: {}", difference));
  }
  if (!has_files()) {
    log_(LogLevel::warning, fmt::format("files are missing in '{}': starting anew", directory_.native()));
    begin(record);
    return;
  }
  record_ = then;
  open_files(false);
  JournalReader journal(in_partial("journal"));
  std::uint64_t good_length = journal.position();
  bool dropped = false;
  while (std::optional<JournalBatch> batch = journal.next()) {
    dropped = !accept(*batch, planned, record.batch_size);
    if (dropped) break;
    good_length = journal.position();
  }
  for (AppendFile* file : files()) file->rewind(file->length());
  journal_ = JournalWriter::resume(in_partial("journal"), good_length);
  log_(LogLevel::info,
       fmt::format("going on from {} inputs done earlier{}", counts_.inputs,
                   dropped ? "; later ones were dropped, for the inputs or files have changed" : ""));
}

/// Whether the batch is of the next inputs as they are now, as whole as an uninterrupted run would have it,
/// and the files hold what it wrote.
bool PartialRun::accept(const JournalBatch& batch, const PlannedInputs& planned, std::uint64_t batch_size) {
  for (const JournalEntry& entry : batch.entries) {
    const std::optional<JournalEntry> input = planned();
    if (!input || input->name != entry.name || input->identity != entry.identity) return false;
  }
  if (batch.entries.size() < batch_size && planned().has_value()) return false;
  const std::vector<AppendFile*> all = files();
  if (batch.marks.size() != all.size()) return false;
  std::vector<std::uint64_t> lengths;
  for (const AppendFile* file : all) lengths.push_back(file->length());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i]->verify(batch.marks[i])) continue;
    for (std::size_t k = 0; k < all.size(); ++k) all[k]->rewind(lengths[k]);
    return false;
  }
  for (const JournalEntry& entry : batch.entries) counts_.add(entry.outcome, spec_.nan_rows);
  return true;
}

void PartialRun::require_space(std::uint64_t rows) const {
  const double needed = estimated_size(spec_, rows);
  const double available = static_cast<double>(fs::space(directory_).available);
  if (needed <= available) return;
  throw FatalError(fmt::format("'{}' needs {:.1f} GiB more and its disk has {:.1f} GiB", spec_.path.native(),
                               needed / (1 << 30), available / (1 << 30)));
}

void PartialRun::write(const EmbeddedBatch& batch) {
  JournalBatch journaled;
  std::size_t row_in_batch = 0;
  for (const BatchEntry& entry : batch.entries) {
    if (entry.has_row()) write_row(entry, batch, row_in_batch++);
    if (entry.failure) {
      failures_->append(failure_record(entry.name, entry.failure->reason, entry.failure->kind));
      if (spec_.nan_rows) write_nan_row(entry);
    }
    journaled.entries.push_back({entry.name, entry.identity, outcome_of(entry)});
    counts_.add(outcome_of(entry), spec_.nan_rows);
  }
  for (AppendFile* file : files()) journaled.marks.push_back(file->mark());
  journal_->append(journaled);
  if (std::chrono::steady_clock::now() - last_sync_ >= kSyncInterval) sync();
}

void PartialRun::write_row(const BatchEntry& entry, const EmbeddedBatch& batch, std::size_t row) {
  for (std::size_t f = 0; f < spec_.features.size(); ++f) {
    const std::size_t size = spec_.features[f].row_size();
    row_writers_[f]->write_row(entry.name, entry.columns, std::span(batch.rows[f]).subspan(row * size, size));
  }
  if (index_) index_->append(index_record(counts_.rows, entry.name, entry.columns));
}

void PartialRun::write_nan_row(const BatchEntry& entry) {
  for (std::size_t f = 0; f < spec_.features.size(); ++f) {
    const std::vector<float> row(spec_.features[f].row_size(), std::numeric_limits<float>::quiet_NaN());
    row_writers_[f]->write_row(entry.name, entry.columns, row);
  }
  if (index_) index_->append(index_record(counts_.rows, entry.name, entry.columns));
}

void PartialRun::sync() {
  for (AppendFile* file : files()) file->sync();
  journal_->sync();
  last_sync_ = std::chrono::steady_clock::now();
}

void PartialRun::publish(const PublicationInfo& info) {
  if (spec_.format == OutputFormat::npy) {
    for (std::size_t f = 0; f < spec_.features.size(); ++f) {
      const FeatureSpec& feature = spec_.features[f];
      rows_[f].overwrite_header(npy_header(feature.fingerprint.dtype, feature.shape(counts_.rows)));
    }
  }
  sync();
  if (!info.failures_copy.empty()) copy_failures(info.failures_copy);
  const std::string digest = digest_of_journal(in_partial("journal"));
  for (const FeatureSpec& feature : spec_.features) write_sidecars(feature, info, digest);
  mark_complete(spec_.path);
  finish_publication(spec_.path);
  published_ = true;
}

void PartialRun::copy_failures(const fs::path& to) {
  AtomicFile copy(to);
  read_pieces(in_partial("failures.csv"), [&copy](std::span<const std::byte> piece) {
    copy.write(std::string_view(reinterpret_cast<const char*>(piece.data()), piece.size()));
  });
  copy.commit();
}

void PartialRun::write_sidecars(const FeatureSpec& feature, const PublicationInfo& info,
                                const std::string& digest) {
  const OutputFiles files = partial_files(spec_.path, feature.fingerprint.feature);
  OutputMeta meta;
  meta.fingerprint = feature.fingerprint;
  meta.build = record_.build;
  meta.model_source = info.model_source;
  meta.model_revision = info.model_revision;
  meta.random_weights = info.random_weights;
  meta.format = to_string(spec_.format);
  meta.shape = feature.shape(counts_.rows);
  meta.nan_rows = spec_.nan_rows;
  meta.max_pixels = spec_.max_pixels;
  meta.columns = spec_.columns;
  meta.inputs = counts_.inputs;
  meta.rows = counts_.rows;
  meta.permanent_failures = counts_.permanent_failures;
  meta.transient_failures = counts_.transient_failures;
  meta.inputs_digest = digest;
  meta.rows_sha256 = sha256_hex_of_file(files.rows, spec_.format == OutputFormat::npy ? kNpyHeaderLength : 0);
  if (index_) {
    copy_durably(in_partial("index.csv"), files.index);
    meta.index_sha256 = sha256_hex_of_file(files.index);
  }
  if (counts_.failures() > 0) copy_durably(in_partial("failures.csv"), files.failures);
  meta.shard = spec_.shard;
  if (spec_.shard) write_inputs(in_partial("journal"), files.inputs);
  write_file_atomically(files.meta, to_json(meta));
}

}  // namespace vit_embed
