#include "sync/store_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/scratch_directory.h"
#include "formats/append_file.h"
#include "formats/csv.h"
#include "formats/row_bytes.h"
#include "output/partial_run.h"
#include "store/live_files.h"
#include "store/store_directory.h"
#include "store/stored_row_reader.h"

namespace vit_embed {
namespace {

constexpr std::size_t kBatch = 256;  // files
/// RunRecord::on_error of a snapshot, so that extract does not go on from one, nor a snapshot from extract's.
constexpr const char* kSnapshot = "snapshot";

/// The live files as they are at one moment, set down so that a run waits for their names only and not for
/// their rows: row,size,mtime,path.
class FileList {
 public:
  explicit FileList(const Manifest& manifest) {
    AppendFile list = AppendFile::create(path_, "");
    for_each_live_file(manifest, [&](const LiveFile& file) {
      std::string record = fmt::format("{},{},{},", file.row, file.stamp.size, file.stamp.mtime_ns);
      append_csv_field(record, file.full_path());
      list.append(record + "\n");
      ++count_;
    });
    list.mark();
    reader_.emplace(path_);
  }

  std::uint64_t count() const { return count_; }

  struct File {
    std::uint64_t row = 0;
    BatchEntry entry;
  };
  std::optional<File> next() {
    std::optional<std::vector<std::string>> fields = reader_->next();
    if (!fields) return std::nullopt;
    return File{static_cast<std::uint64_t>(number((*fields)[0])),
                {.name = std::move((*fields)[3]),
                 .identity = {static_cast<std::uint64_t>(number((*fields)[1])), number((*fields)[2])}}};
  }

 private:
  static std::int64_t number(const std::string& field) {
    std::int64_t value = 0;
    std::from_chars(field.data(), field.data() + field.size(), value);
    return value;
  }

  ScratchDirectory directory_;
  std::filesystem::path path_ = directory_ / "files.csv";
  std::uint64_t count_ = 0;
  std::optional<CsvReader> reader_;
};

OutputSpec make_spec(const SnapshotOptions& options, const GenerationInfo& info) {
  OutputSpec spec;
  spec.path = options.output;
  spec.format = options.format;
  spec.features = {{info.fingerprint, {info.row_size}}};
  spec.max_pixels = info.max_pixels;
  return spec;
}

/// Of several builds the meta has room for one: that of most rows.
RunRecord make_record(const OutputSpec& spec, const Manifest& manifest) {
  RunRecord record;
  record.format = to_string(spec.format);
  record.fingerprints = {spec.features.front().fingerprint};
  record.on_error = kSnapshot;
  record.max_pixels = spec.max_pixels;
  if (const std::string build = find_usual_build(manifest); !build.empty())
    record.build = build_info_from_json(build);
  return record;
}

void copy_rows(FileList& files, StoredRowReader& rows, ElementType type, PartialRun& run) {
  EmbeddedBatch batch;
  batch.rows.resize(1);
  const auto write = [&] {
    run.write(batch);
    batch.entries.clear();
    batch.rows.front().clear();
  };
  while (std::optional<FileList::File> file = files.next()) {
    const std::vector<float> row = numbers_of(rows.read(file->row), type);
    batch.rows.front().insert(batch.rows.front().end(), row.begin(), row.end());
    batch.entries.push_back(std::move(file->entry));
    if (batch.entries.size() == kBatch) write();
  }
  if (!batch.entries.empty()) write();
}

}  // namespace

std::uint64_t write_snapshot(const SnapshotOptions& options, const LogSink& log) {
  const GenerationFiles generation(StoreDirectory(options.store).require_current());
  const Manifest manifest(generation.manifest, ManifestAccess::read);
  const GenerationInfo info = manifest.info();
  StoredRowReader rows(generation.embeddings,
                       info);  // before the list: it stays open should the store be pruned
  FileList files(manifest);
  const OutputSpec spec = make_spec(options, info);
  PartialRun run(spec, log);
  run.begin_anew(make_record(spec, manifest));
  run.require_space(files.count());
  copy_rows(files, rows, info.fingerprint.dtype, run);
  run.publish({.model_source = info.model_source,
               .model_revision = info.model_revision,
               .random_weights = info.random_weights,
               .failures_copy = {}});
  return files.count();
}

}  // namespace vit_embed
