#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "store/change_plan.h"
#include "store/database.h"
#include "store/manifest.h"

// For this folder's .cpp files only.

namespace vit_embed {

std::optional<std::int64_t> find_row(SQLite::Database& database, const ContentHash& content);

/// What a transaction does to the manifest, told by what became of each file of the plan. Within a
/// transaction of the caller's.
class FileChanges {
 public:
  explicit FileChanges(SQLite::Database& database);

  void insert_build(const std::string& build);
  void insert_row(std::uint64_t row, const ContentHash& content, std::uint64_t xxh3);
  void set_row_count(std::uint64_t rows);
  /// The content has a row.
  void set_live(const PlannedFile& file, const FileStamp& stamp, const ContentHash& content);
  void set_failed(const PlannedFile& file, const FileStamp& stamp, FailureKind kind,
                  const std::string& reason);
  /// Marks what vanished as deleted, but for the roots of which more would go than may: these are returned.
  std::vector<RefusedDeletion> delete_vanished(const DeletionLimit& may_go);
  /// Last: raises `changes` where the index is another than before.
  void note_changes();

  const ChangeCounts& counts() const { return counts_; }
  const std::vector<Trouble>& new_failures() const { return new_failures_; }

 private:
  /// The manifest's entry of a path.
  struct Known {
    FileStatus status;
    FileStamp stamp;
    ContentHash content;
    std::string reason;
  };

  std::optional<Known> find(std::int64_t root, const std::string& path);
  void start_upsert(const PlannedFile& file, const FileStamp& stamp, FileStatus status);
  void count_live(const std::optional<Known>& before, const ContentHash& content);
  bool take_vanished(const ContentHash& content);
  bool take_deleted(const ContentHash& content);
  void remove(std::int64_t root, const std::string& path);
  void finish_planned(std::int64_t id);

  SQLite::Database& database_;
  SQLite::Statement find_;
  SQLite::Statement upsert_;
  SQLite::Statement finish_planned_;
  std::int64_t build_ = 0;
  bool index_changes_ = false;
  ChangeCounts counts_;
  std::vector<Trouble> new_failures_;
};

}  // namespace vit_embed
