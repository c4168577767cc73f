#include "store/change_plan.h"

#include "store/database.h"

namespace vit_embed {
namespace {

// todo: files to read. vanished: files of the manifest that are not there any more.
constexpr const char* kTables = R"(
CREATE TEMP TABLE todo (
  id INTEGER PRIMARY KEY, root INTEGER NOT NULL, path TEXT NOT NULL,
  size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, is_new INTEGER NOT NULL
);
CREATE INDEX temp.todo_new ON todo (size, mtime_ns) WHERE is_new;
CREATE TEMP TABLE trouble (root INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TEMP TABLE vanished (
  root INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  held INTEGER NOT NULL, PRIMARY KEY (root, path)
) WITHOUT ROWID;
)";

constexpr const char* kDropTables = "DROP TABLE temp.todo; DROP TABLE temp.trouble; DROP TABLE temp.vanished";

}  // namespace

struct ChangePlan::Statements {
  explicit Statements(SQLite::Database& database)
      : add_file(
            database,
            "INSERT INTO temp.todo (root, path, size, mtime_ns, ctime_ns, is_new) VALUES (?, ?, ?, ?, ?, ?)"),
        add_vanished(database, "INSERT INTO temp.vanished VALUES (?, ?, ?, ?, ?)") {}

  SQLite::Statement add_file;
  SQLite::Statement add_vanished;
};

ChangePlan::ChangePlan(Manifest& manifest) : manifest_(manifest) {
  with_database(manifest_.path(), [&] {
    manifest_.database().exec(kTables);
    statements_ = std::make_unique<Statements>(manifest_.database());
  });
}

ChangePlan::~ChangePlan() {
  statements_.reset();
  manifest_.database().tryExec(kDropTables);
}

void ChangePlan::add(const PlannedFile& file) {
  with_database(manifest_.path(), [&] {
    SQLite::Statement& insert = statements_->add_file;
    insert.reset();
    insert.bind(1, file.root);
    insert.bind(2, file.path);
    insert.bind(3, static_cast<std::int64_t>(file.stamp.size));
    insert.bind(4, file.stamp.mtime_ns);
    insert.bind(5, file.stamp.ctime_ns);
    insert.bind(6, file.is_new ? 1 : 0);
    insert.exec();
  });
}

void ChangePlan::add(const Trouble& trouble) {
  with_database(manifest_.path(), [&] {
    SQLite::Statement insert(manifest_.database(), "INSERT INTO temp.trouble VALUES (?, ?, ?)");
    insert.bind(1, trouble.root);
    insert.bind(2, trouble.path);
    insert.bind(3, trouble.reason);
    insert.exec();
  });
}

void ChangePlan::add_vanished(std::int64_t root, const std::string& path, const FileStamp& stamp, bool held) {
  with_database(manifest_.path(), [&] {
    SQLite::Statement& insert = statements_->add_vanished;
    insert.reset();
    insert.bind(1, root);
    insert.bind(2, path);
    insert.bind(3, static_cast<std::int64_t>(stamp.size));
    insert.bind(4, stamp.mtime_ns);
    insert.bind(5, held ? 1 : 0);
    insert.exec();
  });
}

std::vector<PlannedFile> ChangePlan::files_after(std::int64_t id, std::size_t count) const {
  return with_database(manifest_.path(), [&] {
    std::vector<PlannedFile> files;
    SQLite::Statement select(
        manifest_.database(),
        "SELECT id, root, path, size, mtime_ns, ctime_ns, is_new FROM temp.todo WHERE id > ?"
        " ORDER BY id LIMIT ?");
    select.bind(1, id);
    select.bind(2, static_cast<std::int64_t>(count));
    while (select.executeStep()) {
      files.push_back({select.getColumn(0).getInt64(),
                       select.getColumn(1).getInt64(),
                       select.getColumn(2).getString(),
                       {static_cast<std::uint64_t>(select.getColumn(3).getInt64()),
                        select.getColumn(4).getInt64(), select.getColumn(5).getInt64()},
                       select.getColumn(6).getInt() != 0});
    }
    return files;
  });
}

std::vector<Trouble> ChangePlan::troubles() const {
  return with_database(manifest_.path(), [&] {
    std::vector<Trouble> troubles;
    SQLite::Statement select(manifest_.database(),
                             "SELECT root, path, reason FROM temp.trouble ORDER BY rowid");
    while (select.executeStep()) {
      troubles.push_back(
          {select.getColumn(0).getInt64(), select.getColumn(1).getString(), select.getColumn(2).getString()});
    }
    return troubles;
  });
}

std::uint64_t ChangePlan::count_files() const {
  return with_database(manifest_.path(), [&] {
    return static_cast<std::uint64_t>(query_int(manifest_.database(), "SELECT count(*) FROM temp.todo"));
  });
}

std::uint64_t ChangePlan::count_vanished() const {
  return with_database(manifest_.path(), [&] {
    return static_cast<std::uint64_t>(query_int(manifest_.database(), "SELECT count(*) FROM temp.vanished"));
  });
}

std::uint64_t ChangePlan::count(const char* sql, std::int64_t root) const {
  return with_database(manifest_.path(), [&] {
    SQLite::Statement select(manifest_.database(), sql);
    select.bind(1, root);
    select.executeStep();
    return static_cast<std::uint64_t>(select.getColumn(0).getInt64());
  });
}

std::uint64_t ChangePlan::count_files(std::int64_t root) const {
  return count("SELECT count(*) FROM temp.todo WHERE root = ?", root);
}

std::uint64_t ChangePlan::count_lost(std::int64_t root) const {
  return count(
      "SELECT coalesce(sum(max(0, gone.files - (SELECT count(*) FROM temp.todo t WHERE t.is_new AND t.size = "
      "gone.size AND"
      " t.mtime_ns = gone.mtime_ns))), 0) FROM (SELECT size, mtime_ns, count(*) AS files FROM temp.vanished"
      " WHERE root = ? AND held GROUP BY size, mtime_ns) gone",
      root);
}

}  // namespace vit_embed
