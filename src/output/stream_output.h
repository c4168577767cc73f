#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "formats/append_file.h"
#include "output/embedded_batch.h"
#include "output/output_spec.h"
#include "output/row_writer.h"

namespace vit_embed {

/// Rows to stdout as they come, batch by batch: nothing to publish and nothing to go on from.
class StreamOutput : public BatchWriter {
 public:
  /// One feature, csv or jsonl. The failure list goes to `failures`, which may be empty, and is created at
  /// once.
  StreamOutput(OutputSpec spec, const std::filesystem::path& failures);
  void write(const EmbeddedBatch& batch) override;

 private:
  OutputSpec spec_;
  AppendFile stdout_;
  std::unique_ptr<RowWriter> row_writer_;
  std::optional<AppendFile> failures_;
};

}  // namespace vit_embed
