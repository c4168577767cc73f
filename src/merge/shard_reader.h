#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"
#include "formats/csv.h"
#include "formats/digest.h"
#include "formats/inputs_digest.h"
#include "merge/shard_set.h"
#include "output/embedded_batch.h"
#include "output/partial_run.h"

namespace vit_embed {

/// A shard's inputs, one after the other, with what became of each, held against what its meta says. Of its
/// files a block each is in memory. Every function throws CheckError, naming the file, where they do not
/// belong together or cannot be read.
class ShardReader {
 public:
  /// Rows are read `buffer_size` bytes at a time, or one row where that is more.
  ShardReader(ShardFile file, std::size_t buffer_size);

  const ShardFile& file() const { return file_; }
  /// What stands next; nothing at the end.
  const BatchEntry* next() const { return next_ ? &*next_ : nullptr; }
  /// Appends what stands next, and its row where it has one, to the batch.
  void take(EmbeddedBatch& batch);
  /// Passes over a failure, and its row where it has one.
  void pass_over();
  /// Once all is taken: whether rows, index and counts are those of the meta.
  void require_whole();

 private:
  void require_header(CsvReader& csv, std::string header) const;
  void read_next();
  void read_input(const std::vector<std::string>& fields);
  void read_index_record(BatchEntry& entry);
  void read_failure(BatchEntry& entry);
  std::span<const std::byte> read_row();
  [[noreturn]] void fail(std::string_view what) const;

  ShardFile file_;
  CsvReader inputs_;
  CsvReader index_;
  std::optional<CsvReader> failures_;
  FileDescriptor rows_;
  std::size_t row_bytes_;
  std::size_t rows_a_read_;
  std::vector<std::byte> buffer_;
  std::size_t taken_ = 0;  // of the buffer
  std::optional<BatchEntry> next_;
  RunCounts counts_;
  InputsDigest inputs_digest_;
  Sha256 rows_sha256_;
  Sha256 index_sha256_;
};

}  // namespace vit_embed
