#include "store/generation_writer.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <utility>

#include "base/file_descriptor.h"
#include "formats/npy.h"
#include "store/database.h"
#include "store/file_changes.h"

namespace vit_embed {
namespace {

std::uint64_t length_of(const GenerationInfo& info, std::uint64_t rows) {
  return kNpyHeaderLength + rows * info.row_bytes();
}

std::string header_of(const GenerationInfo& info, std::uint64_t rows) {
  return npy_header(info.fingerprint.dtype, {rows, info.row_size});
}

}  // namespace

void restore_header(const Manifest& manifest, const std::filesystem::path& embeddings) {
  const GenerationInfo info = manifest.info();
  const std::uint64_t rows = manifest.row_count();
  FileDescriptor file = FileDescriptor::open(embeddings, O_RDWR);
  if (file.size() < length_of(info, rows)) {
    throw FatalError(fmt::format("'{}' has fewer rows than its manifest says, {}: vit-embed check tells more",
                                 embeddings.native(), rows));
  }
  const std::string header = header_of(info, rows);
  std::string found(header.size(), ' ');
  file.read_some(std::as_writable_bytes(std::span(found)));
  if (found == header) return;
  file.write_all_at(std::as_bytes(std::span(header)), 0);
  file.sync();
}

GenerationWriter::GenerationWriter(Manifest& manifest, ChangePlan& plan,
                                   const std::filesystem::path& embeddings)
    : manifest_(manifest),
      plan_(plan),
      info_(manifest.info()),
      rows_(AppendFile::reopen(embeddings, length_of(info_, manifest.row_count()))),
      row_bytes_(info_.fingerprint.dtype),
      row_count_(manifest.row_count()) {}

void GenerationWriter::set_build(const BuildInfo& build) {
  const std::lock_guard lock(mutex_);
  build_ = to_json(build);
}

bool GenerationWriter::has_row(const ContentHash& content) {
  const std::lock_guard lock(mutex_);
  return has_row_locked(content);
}

bool GenerationWriter::has_row_locked(const ContentHash& content) {
  return new_contents_.contains(content) ||
         with_database(manifest_.path(), [&] { return find_row(manifest_.database(), content).has_value(); });
}

std::vector<PlannedFile> GenerationWriter::files_after(std::int64_t id, std::size_t count) {
  const std::lock_guard lock(mutex_);
  return plan_.files_after(id, count);
}

void GenerationWriter::add_row(const ContentHash& content, std::span<const float> row) {
  const std::lock_guard lock(mutex_);
  if (has_row_locked(content)) return;  // two files of one content may be embedded side by side
  new_contents_.insert(content);
  const std::span<const std::byte> bytes = row_bytes_.of(row);
  rows_.append(bytes);
  new_rows_.push_back({content, xxh3(bytes)});
}

void GenerationWriter::add_file(PlannedFile file, const FileStamp& stamp, const ContentHash& content) {
  const std::lock_guard lock(mutex_);
  embedded_.push_back({std::move(file), stamp, content});
}

void GenerationWriter::add_failure(PlannedFile file, const FileStamp& stamp, FailureKind kind,
                                   std::string reason) {
  const std::lock_guard lock(mutex_);
  failed_.push_back({std::move(file), stamp, kind, std::move(reason)});
}

void GenerationWriter::add_failure(const Trouble& trouble) {
  add_failure({0, trouble.root, trouble.path, {}}, {}, trouble.kind, trouble.reason);
}

std::size_t GenerationWriter::uncommitted() const {
  const std::lock_guard lock(mutex_);
  return embedded_.size() + failed_.size();
}

std::vector<Trouble> GenerationWriter::commit() {
  const std::lock_guard lock(mutex_);
  return commit_locked();
}

std::vector<Trouble> GenerationWriter::commit_locked() {
  if (embedded_.empty() && failed_.empty() && new_rows_.empty()) return {};
  if (!new_rows_.empty()) rows_.sync();
  std::vector<Trouble> new_failures;
  counts_ += with_database(manifest_.path(), [&] {
    SQLite::Transaction transaction(manifest_.database());
    FileChanges files(manifest_.database());
    if (!new_rows_.empty()) files.insert_build(build_);
    for (std::size_t i = 0; i < new_rows_.size(); ++i)
      files.insert_row(row_count_ + i, new_rows_[i].content, new_rows_[i].xxh3);
    files.set_row_count(row_count_ + new_rows_.size());
    for (const Embedded& file : embedded_) files.set_live(file.file, file.stamp, file.content);
    for (const Failed& file : failed_) files.set_failed(file.file, file.stamp, file.kind, file.reason);
    files.note_changes();
    transaction.commit();
    new_failures = files.new_failures();
    return files.counts();
  });
  row_count_ += new_rows_.size();
  if (!new_rows_.empty()) write_header();
  new_rows_.clear();
  new_contents_.clear();
  embedded_.clear();
  failed_.clear();
  return new_failures;
}

GenerationWriter::Finish GenerationWriter::finish(const DeletionLimit& may_go) {
  const std::lock_guard lock(mutex_);
  Finish finish{commit_locked(), {}};
  counts_ += with_database(manifest_.path(), [&] {
    SQLite::Transaction transaction(manifest_.database());
    FileChanges files(manifest_.database());
    finish.refused = files.delete_vanished(may_go);
    files.note_changes();
    transaction.commit();
    return files.counts();
  });
  rows_.sync();  // the header's count, for the index names rows up to it
  return finish;
}

ChangeCounts GenerationWriter::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void GenerationWriter::write_header() {
  rows_.overwrite_header(header_of(info_, row_count_));
}

}  // namespace vit_embed
