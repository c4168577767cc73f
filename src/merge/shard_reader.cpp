#include "merge/shard_reader.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "formats/npy.h"
#include "formats/row_bytes.h"
#include "formats/sidecars.h"
#include "output/output_spec.h"

namespace vit_embed {
namespace {

/// A text that is no number, or too large a one, gives one that no file has.
template <class Integer>
Integer number_of(const std::string& field) {
  Integer number = 0;
  const char* const last = field.data() + field.size();
  const auto [end, error] = std::from_chars(field.data(), last, number);
  return error == std::errc{} && end == last ? number : static_cast<Integer>(-1);
}

std::size_t bytes_of_a_row(const ShardFile& file) {
  std::uint64_t numbers = 1;
  for (const std::uint64_t dimension : file.row_shape()) numbers *= dimension;
  return static_cast<std::size_t>(numbers) * element_size(file.meta.fingerprint.dtype);
}

}  // namespace

ShardReader::ShardReader(ShardFile file, std::size_t buffer_size)
    : file_(std::move(file)),
      inputs_(published_files(file_.npy).inputs),
      index_(published_files(file_.npy).index),
      rows_(FileDescriptor::open(file_.npy, O_RDONLY)),
      row_bytes_(bytes_of_a_row(file_)),
      rows_a_read_(std::max<std::size_t>(buffer_size / row_bytes_, 1)) {
  const NpyDescription npy = read_npy_header(file_.npy);
  if (npy.shape != file_.meta.shape || npy.element_type() != file_.meta.fingerprint.dtype)
    fail("its rows are not those of its meta");
  if (!npy.is_complete()) fail("it is not as long as its header says");
  rows_.seek(npy.header_length);
  require_header(inputs_, std::string(kInputsHeader));
  require_header(index_, index_header(file_.meta.columns));
  index_sha256_.update(index_header(file_.meta.columns));
  if (file_.meta.failures() > 0) {
    failures_.emplace(published_files(file_.npy).failures);
    require_header(*failures_, std::string(kFailuresHeader));
  }
  read_next();
}

void ShardReader::fail(std::string_view what) const {
  throw CheckError(fmt::format("'{}': {}", file_.npy.native(), what));
}

void ShardReader::require_header(CsvReader& csv, std::string header) const {
  header.pop_back();  // the line's end
  const std::optional<std::vector<std::string>> found = csv.next();
  std::string text;
  if (found && !found->empty()) {
    append_csv_field(text, found->front());
    append_csv_fields(text, std::span(*found).subspan(1));
  }
  if (text != header) fail(fmt::format("a file beside it starts with '{}' and not with '{}'", text, header));
}

void ShardReader::read_next() {
  next_.reset();
  try {
    if (const std::optional<std::vector<std::string>> fields = inputs_.next()) read_input(*fields);
  } catch (const FatalError& e) {
    fail(e.what());
  }
}

void ShardReader::read_input(const std::vector<std::string>& fields) {
  if (fields.size() != 4) fail("its inputs are no records of four fields");
  next_ = BatchEntry{.name = fields[0],
                     .identity = {number_of<std::uint64_t>(fields[1]), number_of<std::int64_t>(fields[2])}};
  const Outcome outcome = outcome_from_string(fields[3]);
  if (outcome != Outcome::row) read_failure(*next_);
  if (outcome == Outcome::row || file_.meta.nan_rows) read_index_record(*next_);
  counts_.add(outcome, file_.meta.nan_rows);
  inputs_digest_.add(next_->name, next_->identity);
}

void ShardReader::read_index_record(BatchEntry& entry) {
  std::optional<std::vector<std::string>> fields = index_.next();
  if (!fields || fields->size() != 2 + file_.meta.columns.size() ||
      number_of<std::uint64_t>((*fields)[0]) != counts_.rows || (*fields)[1] != entry.name) {
    fail(fmt::format("its index does not go on with row {}, '{}'", counts_.rows, entry.name));
  }
  entry.columns.assign(fields->begin() + 2, fields->end());
  index_sha256_.update(index_record(counts_.rows, entry.name, entry.columns));
}

void ShardReader::read_failure(BatchEntry& entry) {
  const std::optional<std::vector<std::string>> fields =
      failures_ ? failures_->next() : std::optional<std::vector<std::string>>();
  if (!fields || fields->size() != 3 || (*fields)[0] != entry.name)
    fail(fmt::format("its failures do not go on with '{}'", entry.name));
  entry.failure = InputFailure{
      (*fields)[2] == to_string(FailureKind::permanent) ? FailureKind::permanent : FailureKind::transient,
      (*fields)[1]};
}

/// Valid until the next call.
std::span<const std::byte> ShardReader::read_row() {
  if (taken_ == buffer_.size()) {
    buffer_.resize(rows_a_read_ * row_bytes_);
    buffer_.resize(rows_.read_some(buffer_));
    rows_sha256_.update(buffer_);
    taken_ = 0;
  }
  if (buffer_.size() - taken_ < row_bytes_) fail("it has fewer rows than inputs that have one");
  taken_ += row_bytes_;
  return std::span(buffer_).subspan(taken_ - row_bytes_, row_bytes_);
}

void ShardReader::take(EmbeddedBatch& batch) {
  batch.rows.resize(1);
  std::vector<float>& rows = batch.rows.front();
  if (!next_->failure) {
    const std::vector<float> row = numbers_of(read_row(), file_.meta.fingerprint.dtype);
    rows.insert(rows.end(), row.begin(), row.end());
  } else if (file_.meta.nan_rows) {
    read_row();
  }
  batch.entries.push_back(std::move(*next_));
  read_next();
}

void ShardReader::pass_over() {
  if (file_.meta.nan_rows) read_row();
  read_next();
}

void ShardReader::require_whole() {
  const OutputMeta& meta = file_.meta;
  if (counts_.inputs != meta.inputs || counts_.rows != meta.rows ||
      counts_.permanent_failures != meta.permanent_failures ||
      counts_.transient_failures != meta.transient_failures) {
    fail("its inputs, rows and failures are not as many as its meta says");
  }
  if (index_.next()) fail("its index has more rows than it has inputs with one");
  if (inputs_digest_.hex_digest() != meta.inputs_digest)
    fail("its list of inputs was changed after it was published");
  if (rows_sha256_.hex_digest() != meta.rows_sha256) fail("its rows were changed after it was published");
  if (index_sha256_.hex_digest() != meta.index_sha256) fail("its index was changed after it was published");
}

}  // namespace vit_embed
