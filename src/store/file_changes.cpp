#include "store/file_changes.h"

#include <fmt/format.h>

#include <stdexcept>

#include "formats/sidecars.h"
#include "store/file_status.h"

namespace vit_embed {
namespace {

// What vanished and is not, perhaps, a new file that was not read yet.
constexpr const char* kGone =
    "(root, path) IN (SELECT root, path FROM temp.vanished v WHERE NOT EXISTS"
    " (SELECT 1 FROM temp.todo t WHERE t.is_new AND t.size = v.size AND t.mtime_ns = v.mtime_ns))";

}  // namespace

std::optional<std::int64_t> find_row(SQLite::Database& database, const ContentHash& content) {
  SQLite::Statement select(database, "SELECT row FROM rows WHERE content = ?");
  bind_blob(select, 1, content);
  if (!select.executeStep()) return std::nullopt;
  return select.getColumn(0).getInt64();
}

FileChanges::FileChanges(SQLite::Database& database)
    : database_(database),
      find_(
          database,
          "SELECT status, size, mtime_ns, ctime_ns, content, reason FROM files WHERE root = ? AND path = ?"),
      upsert_(database,
              "INSERT OR REPLACE INTO files (root, path, size, mtime_ns, ctime_ns, status, content, row,"
              " reason, kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      finish_planned_(database, "DELETE FROM temp.todo WHERE id = ?") {}

void FileChanges::insert_build(const std::string& build) {
  SQLite::Statement insert(database_, "INSERT OR IGNORE INTO builds (build) VALUES (?)");
  insert.bind(1, build);
  insert.exec();
  SQLite::Statement select(database_, "SELECT id FROM builds WHERE build = ?");
  select.bind(1, build);
  select.executeStep();
  build_ = select.getColumn(0).getInt64();
}

void FileChanges::insert_row(std::uint64_t row, const ContentHash& content, std::uint64_t xxh3) {
  SQLite::Statement insert(database_, "INSERT INTO rows (row, content, xxh3, build) VALUES (?, ?, ?, ?)");
  insert.bind(1, static_cast<std::int64_t>(row));
  bind_blob(insert, 2, content);
  insert.bind(3, static_cast<std::int64_t>(xxh3));
  insert.bind(4, build_);
  insert.exec();
}

void FileChanges::set_row_count(std::uint64_t rows) {
  SQLite::Statement update(database_, "UPDATE generation SET row_count = ?");
  update.bind(1, static_cast<std::int64_t>(rows));
  update.exec();
}

std::optional<FileChanges::Known> FileChanges::find(std::int64_t root, const std::string& path) {
  find_.reset();
  find_.bind(1, root);
  find_.bind(2, path);
  if (!find_.executeStep()) return std::nullopt;
  return Known{file_status_from_string(find_.getColumn(0).getString()),
               {static_cast<std::uint64_t>(find_.getColumn(1).getInt64()), find_.getColumn(2).getInt64(),
                find_.getColumn(3).getInt64()},
               find_.getColumn(4).getString(),
               find_.getColumn(5).getString()};
}

void FileChanges::remove(std::int64_t root, const std::string& path) {
  for (const char* sql : {"DELETE FROM files WHERE root = ? AND path = ?",
                          "DELETE FROM temp.vanished WHERE root = ? AND path = ?"}) {
    SQLite::Statement statement(database_, sql);
    statement.bind(1, root);
    statement.bind(2, path);
    statement.exec();
  }
}

/// Whether a file of this content vanished; its entry then gives way to the one under the new path.
bool FileChanges::take_vanished(const ContentHash& content) {
  SQLite::Statement select(
      database_,
      "SELECT f.root, f.path FROM files f JOIN temp.vanished v ON v.root = f.root AND"
      " v.path = f.path WHERE f.content = ? AND f.status IN ('live', 'pending') LIMIT 1");
  bind_blob(select, 1, content);
  if (!select.executeStep()) return false;
  remove(select.getColumn(0).getInt64(), select.getColumn(1).getString());
  return true;
}

bool FileChanges::take_deleted(const ContentHash& content) {
  SQLite::Statement select(database_,
                           "SELECT root, path FROM files WHERE content = ? AND status = 'deleted' LIMIT 1");
  bind_blob(select, 1, content);
  if (!select.executeStep()) return false;
  remove(select.getColumn(0).getInt64(), select.getColumn(1).getString());
  return true;
}

void FileChanges::count_live(const std::optional<Known>& before, const ContentHash& content) {
  if (before && before->status == FileStatus::live) {
    if (before->content == content) return;  // it was only touched
    ++counts_.changed;
  } else if (before && before->status == FileStatus::deleted && before->content == content) {
    ++counts_.revived;
  } else if (take_vanished(content)) {
    ++counts_.renamed;
  } else if (take_deleted(content)) {
    ++counts_.revived;
  } else {
    ++counts_.added;
  }
  index_changes_ = true;
}

/// With what every entry has.
void FileChanges::start_upsert(const PlannedFile& file, const FileStamp& stamp, FileStatus status) {
  upsert_.reset();
  upsert_.clearBindings();
  upsert_.bind(1, file.root);
  upsert_.bind(2, file.path);
  upsert_.bind(3, static_cast<std::int64_t>(stamp.size));
  upsert_.bind(4, stamp.mtime_ns);
  upsert_.bind(5, stamp.ctime_ns);
  upsert_.bind(6, std::string(to_string(status)));
}

void FileChanges::set_live(const PlannedFile& file, const FileStamp& stamp, const ContentHash& content) {
  const std::optional<std::int64_t> row = find_row(database_, content);
  if (!row) throw std::logic_error("a file is to be live whose content has no row");
  count_live(find(file.root, file.path), content);
  start_upsert(file, stamp, FileStatus::live);
  bind_blob(upsert_, 7, content);
  upsert_.bind(8, *row);
  upsert_.exec();
  finish_planned(file.id);
}

void FileChanges::set_failed(const PlannedFile& file, const FileStamp& stamp, FailureKind kind,
                             const std::string& reason) {
  const std::optional<Known> before = find(file.root, file.path);
  const bool was_live = before && before->status == FileStatus::live;
  const bool is_known =
      before && before->reason == reason &&
      (was_live || (before->stamp.size == stamp.size && before->stamp.mtime_ns == stamp.mtime_ns));
  ++counts_.failed;
  if (!is_known) {
    ++counts_.new_failures;
    new_failures_.push_back({file.root, file.path, reason, kind});
  }
  if (was_live && kind == FailureKind::transient) {
    // Nothing is known against what was read before: it stays, and is looked at again.
    SQLite::Statement update(database_, "UPDATE files SET reason = ?, kind = ? WHERE root = ? AND path = ?");
    update.bind(1, reason);
    update.bind(2, std::string(to_string(kind)));
    update.bind(3, file.root);
    update.bind(4, file.path);
    update.exec();
  } else {
    index_changes_ = index_changes_ || was_live;
    start_upsert(file, stamp, FileStatus::failed);
    upsert_.bind(9, reason);
    upsert_.bind(10, std::string(to_string(kind)));
    upsert_.exec();
  }
  // What cannot be read now may be what vanished, under its new name.
  if (kind == FailureKind::permanent) finish_planned(file.id);
}

std::vector<RefusedDeletion> FileChanges::delete_vanished(const DeletionLimit& may_go) {
  std::vector<RefusedDeletion> refused;
  SQLite::Statement gone(database_,
                         fmt::format("SELECT root, count(*), (SELECT count(*) FROM files h WHERE h.root ="
                                     " files.root AND h.status IN ('live', 'pending')) FROM files WHERE"
                                     " status IN ('live', 'pending') AND {} GROUP BY root",
                                     kGone));
  std::string left_alone = "-1";
  while (gone.executeStep()) {
    const RefusedDeletion deletion{gone.getColumn(0).getInt64(),
                                   static_cast<std::uint64_t>(gone.getColumn(1).getInt64()),
                                   static_cast<std::uint64_t>(gone.getColumn(2).getInt64())};
    if (may_go(deletion.files, deletion.held)) continue;
    left_alone += fmt::format(", {}", deletion.root);
    refused.push_back(deletion);
  }
  gone.reset();
  const int deleted = database_.exec(
      fmt::format("UPDATE files SET status = 'deleted', reason = NULL, kind = NULL WHERE status = 'live' AND"
                  " root NOT IN ({}) AND {}",
                  left_alone, kGone));
  database_.exec(
      fmt::format("DELETE FROM files WHERE status IN ('failed', 'pending') AND root NOT IN ({}) AND {}",
                  left_alone, kGone));
  counts_.deleted += static_cast<std::uint64_t>(deleted);
  index_changes_ = index_changes_ || deleted > 0;
  return refused;
}

void FileChanges::note_changes() {
  if (index_changes_) database_.exec("UPDATE generation SET changes = changes + 1");
}

void FileChanges::finish_planned(std::int64_t id) {
  finish_planned_.reset();
  finish_planned_.bind(1, id);
  finish_planned_.exec();
}

}  // namespace vit_embed
