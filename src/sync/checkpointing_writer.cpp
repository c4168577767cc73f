#include "sync/checkpointing_writer.h"

#include <utility>

namespace vit_embed {
namespace {

/// The stamp of what was read: as the scan found the file, unless it has changed since; then it has to be
/// looked at again, for its ctime is not known.
FileStamp stamp_when_read(const FileIdentity& read, const FileStamp& scanned) {
  if (read == FileIdentity{}) return scanned;
  const bool is_same = read == FileIdentity{scanned.size, scanned.mtime_ns};
  return {read.size, read.mtime_ns, is_same ? scanned.ctime_ns : 0};
}

}  // namespace

CheckpointingWriter::CheckpointingWriter(GenerationWriter& generation, PlannedInputs& inputs,
                                         CheckpointInterval interval, RunObserver& observer,
                                         std::function<void(const std::vector<Trouble>&)> on_new_failures)
    : generation_(generation),
      inputs_(inputs),
      interval_(interval),
      observer_(observer),
      on_new_failures_(std::move(on_new_failures)) {}

void CheckpointingWriter::add(const BatchEntry& entry) {
  PlannedFile file = inputs_.take_result();
  const FileStamp stamp = stamp_when_read(entry.identity, file.stamp);
  if (entry.failure) {
    generation_.add_failure(std::move(file), stamp, entry.failure->kind, entry.failure->reason);
  } else {
    generation_.add_file(std::move(file), stamp, entry.content);
  }
  done_.add(entry.failure ? outcome_of(entry) : Outcome::row, false);
}

void CheckpointingWriter::write(const EmbeddedBatch& batch) {
  std::span<const float> rows = batch.rows.front();
  std::size_t count = 0;
  for (const BatchEntry& entry : batch.entries) count += entry.has_row() ? 1 : 0;
  const std::size_t row_size = count > 0 ? rows.size() / count : 0;
  for (const BatchEntry& entry : batch.entries) {
    if (entry.has_row()) {
      generation_.add_row(entry.content, rows.first(row_size));
      rows = rows.subspan(row_size);
    }
    add(entry);
  }
  if (is_due()) {
    on_new_failures_(generation_.commit());
    last_checkpoint_ = Clock::now();
  }
  observer_.on_batch(done_);
}

bool CheckpointingWriter::is_due() const {
  const bool enough = interval_.files > 0 && generation_.uncommitted() >= interval_.files;
  return enough || Clock::now() - last_checkpoint_ >= interval_.time;
}

}  // namespace vit_embed
