#include "output/stream_output.h"

#include <unistd.h>

#include <limits>
#include <vector>

#include "formats/sidecars.h"

namespace vit_embed {

StreamOutput::StreamOutput(OutputSpec spec, const std::filesystem::path& failures)
    : spec_(std::move(spec)),
      stdout_(FileDescriptor(::dup(STDOUT_FILENO), "stdout")),
      row_writer_(make_row_writer(spec_, spec_.features.front(), stdout_)) {
  if (!failures.empty()) failures_ = AppendFile::create(failures, kFailuresHeader);
  stdout_.append(rows_header(spec_, spec_.features.front()));
}

void StreamOutput::write(const EmbeddedBatch& batch) {
  const std::size_t size = spec_.features.front().row_size();
  const std::vector<float> nan_row(spec_.nan_rows ? size : 0, std::numeric_limits<float>::quiet_NaN());
  std::size_t row = 0;
  for (const BatchEntry& entry : batch.entries) {
    if (entry.has_row())
      row_writer_->write_row(entry.name, entry.columns,
                             std::span(batch.rows.front()).subspan(row++ * size, size));
    if (!entry.failure) continue;
    if (spec_.nan_rows) row_writer_->write_row(entry.name, entry.columns, nan_row);
    if (failures_) failures_->append(failure_record(entry.name, entry.failure->reason, entry.failure->kind));
  }
  stdout_.mark();
  if (failures_) failures_->mark();
}

}  // namespace vit_embed
