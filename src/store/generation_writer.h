#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "formats/append_file.h"
#include "formats/meta.h"
#include "formats/row_bytes.h"
#include "store/change_plan.h"
#include "store/manifest.h"

// How a generation's files are written
// ====================================
// A checkpoint is: rows to embeddings.npy behind those that count, fsync; one SQLite transaction that refers
// to them and says how many count; then that count into the .npy's header, by one pwrite. A process that is
// killed, or a machine that fails, loses at most what came since the last checkpoint: the next writer starts
// at the manifest's count, overwrites what is behind it, and restores the header. The file never becomes
// shorter, for a reader may have mapped it.

namespace vit_embed {

/// Does what a writer that was killed between its transaction and the header left to do. Throws FatalError
/// where the file holds fewer rows than the manifest says.
void restore_header(const Manifest& manifest, const std::filesystem::path& embeddings);

/// Carries out a plan: rows and the fate of files go into the generation, durable from checkpoint to
/// checkpoint. Any thread, one call at a time inside. Throws FatalError and BusyError, after which only the
/// destructor may be called.
class GenerationWriter {
 public:
  /// `embeddings` is that of the manifest's generation, its header restored.
  GenerationWriter(Manifest& manifest, ChangePlan& plan, const std::filesystem::path& embeddings);

  /// What computes the rows that follow; before the first of them.
  void set_build(const BuildInfo& build);

  /// Whether the content has a row, be it not yet committed.
  bool has_row(const ContentHash& content);
  std::vector<PlannedFile> files_after(std::int64_t id, std::size_t count);

  /// A file's content has this row of the generation's row_size; dropped where it has one already.
  void add_row(const ContentHash& content, std::span<const float> row);
  /// The file was read as `stamp` and has this content, which has a row.
  void add_file(PlannedFile file, const FileStamp& stamp, const ContentHash& content);
  /// The file could not be read or decoded; `stamp` as it was read, or as the scan found it.
  void add_failure(PlannedFile file, const FileStamp& stamp, FailureKind kind, std::string reason);
  void add_failure(const Trouble& trouble);

  /// Files since the last checkpoint.
  std::size_t uncommitted() const;
  /// Returns what failed and had not failed likewise the last time. Blocks for two fsyncs and more, SQLite's.
  std::vector<Trouble> commit();
  struct Finish {
    std::vector<Trouble> new_failures;  ///< as commit()'s
    std::vector<RefusedDeletion> refused;
  };
  /// Commits likewise, and marks as deleted what vanished, but for files that may yet turn up under another
  /// name because a new one was not read, and for roots of which more would go than may.
  Finish finish(const DeletionLimit& may_go);

  /// Of what is committed.
  ChangeCounts counts() const;

 private:
  struct Embedded {
    PlannedFile file;
    FileStamp stamp;
    ContentHash content;
  };
  struct Failed {
    PlannedFile file;
    FileStamp stamp;
    FailureKind kind;
    std::string reason;
  };
  struct NewRow {
    ContentHash content;
    std::uint64_t xxh3;
  };

  bool has_row_locked(const ContentHash& content);
  std::vector<Trouble> commit_locked();
  void write_header();

  mutable std::mutex mutex_;
  Manifest& manifest_;
  ChangePlan& plan_;
  GenerationInfo info_;
  std::string build_;
  AppendFile rows_;
  RowBytes row_bytes_;
  std::uint64_t row_count_;  ///< that are committed
  std::vector<NewRow> new_rows_;
  std::unordered_set<ContentHash> new_contents_;
  std::vector<Embedded> embedded_;
  std::vector<Failed> failed_;
  ChangeCounts counts_;
};

}  // namespace vit_embed
