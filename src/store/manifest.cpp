#include "store/manifest.h"

#include <fmt/format.h>

#include <utility>

#include "base/file_descriptor.h"
#include "store/database.h"
#include "store/manifest_schema.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

void bind_info(SQLite::Statement& statement, const GenerationInfo& info) {
  statement.bind(":max_pixels", static_cast<std::int64_t>(info.max_pixels));
  statement.bind(":model_path", info.model_path);
  statement.bind(":model_source", info.model_source);
  statement.bind(":model_revision", info.model_revision);
  statement.bind(":random_weights", info.random_weights ? 1 : 0);
}

FileCounts read_counts(SQLite::Statement& statement) {
  FileCounts counts;
  while (statement.executeStep()) {
    const std::string status = statement.getColumn(0).getString();
    const auto count = static_cast<std::uint64_t>(statement.getColumn(1).getInt64());
    if (status == "live") counts.live = count;
    if (status == "failed") counts.failed = count;
    if (status == "deleted") counts.deleted = count;
    if (status == "pending") counts.pending = count;
  }
  return counts;
}

}  // namespace

double FileCounts::coverage() const {
  const std::uint64_t there = live + failed + pending;
  return there == 0 ? 1 : static_cast<double>(live) / static_cast<double>(there);
}

ChangeCounts& ChangeCounts::operator+=(const ChangeCounts& other) {
  added += other.added;
  changed += other.changed;
  renamed += other.renamed;
  revived += other.revived;
  deleted += other.deleted;
  failed += other.failed;
  new_failures += other.new_failures;
  return *this;
}

Manifest::Manifest(fs::path path, std::unique_ptr<SQLite::Database> database)
    : path_(std::move(path)), database_(std::move(database)) {}
Manifest::Manifest(Manifest&&) noexcept = default;
Manifest& Manifest::operator=(Manifest&&) noexcept = default;
Manifest::~Manifest() = default;

Manifest Manifest::create(const fs::path& path, const GenerationInfo& info) {
  auto database = std::make_unique<SQLite::Database>(open_database(path, DatabaseAccess::create));
  with_database(path, [&] {
    create_manifest_tables(*database);
    SQLite::Statement insert(*database,
                             "INSERT INTO generation (one, fingerprint, fingerprint_id, row_size, max_pixels,"
                             " model_path, model_source, model_revision, random_weights) VALUES (1,"
                             " :fingerprint, :fingerprint_id, :row_size, :max_pixels, :model_path,"
                             " :model_source, :model_revision, :random_weights)");
    insert.bind(":fingerprint", to_json(info.fingerprint));
    insert.bind(":fingerprint_id", info.fingerprint.id());
    insert.bind(":row_size", static_cast<std::int64_t>(info.row_size));
    bind_info(insert, info);
    insert.exec();
  });
  return {path, std::move(database)};
}

Manifest::Manifest(fs::path path, ManifestAccess access) : path_(std::move(path)) {
  const bool writes = access == ManifestAccess::write;
  database_ = std::make_unique<SQLite::Database>(
      open_database(path_, writes ? DatabaseAccess::write : DatabaseAccess::read));
  with_database(path_, [&] {
    require_manifest(*database_);
    if (writes && is_outdated(*database_)) upgrade_manifest(*database_);
  });
}

GenerationInfo Manifest::info() const {
  return with_database(path_, [&] {
    SQLite::Statement select(*database_,
                             "SELECT fingerprint, row_size, max_pixels, model_path, model_source,"
                             " model_revision, random_weights FROM generation");
    if (!select.executeStep())
      throw FatalError(fmt::format("'{}' does not say what its rows are", path_.native()));
    GenerationInfo info;
    try {
      info.fingerprint = parse_fingerprint(select.getColumn(0).getString());
    } catch (const FatalError& error) {
      throw FatalError(fmt::format("'{}': fingerprint: {}", path_.native(), error.what()));
    }
    info.row_size = static_cast<std::uint64_t>(select.getColumn(1).getInt64());
    info.max_pixels = static_cast<std::uint64_t>(select.getColumn(2).getInt64());
    info.model_path = select.getColumn(3).getString();
    info.model_source = select.getColumn(4).getString();
    info.model_revision = select.getColumn(5).getString();
    info.random_weights = select.getColumn(6).getInt() != 0;
    return info;
  });
}

void Manifest::update_info(const GenerationInfo& info) {
  with_database(path_, [&] {
    SQLite::Statement update(*database_,
                             "UPDATE generation SET max_pixels = :max_pixels, model_path = :model_path,"
                             " model_source = :model_source, model_revision = :model_revision,"
                             " random_weights = :random_weights");
    bind_info(update, info);
    update.exec();
  });
}

std::uint64_t Manifest::row_count() const {
  return with_database(path_, [&] {
    return static_cast<std::uint64_t>(query_int(*database_, "SELECT row_count FROM generation"));
  });
}

bool Manifest::is_indexed() const {
  return with_database(
      path_, [&] { return query_int(*database_, "SELECT changes = indexed_changes FROM generation") != 0; });
}

void Manifest::set_indexed() {
  with_database(path_, [&] { database_->exec("UPDATE generation SET indexed_changes = changes"); });
}

std::vector<Root> Manifest::roots() const {
  return with_database(path_, [&] {
    std::vector<Root> roots;
    SQLite::Statement select(*database_, "SELECT id, path, mount_point FROM roots ORDER BY path");
    while (select.executeStep()) {
      roots.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getString(),
                       select.getColumn(2).getInt() != 0});
    }
    return roots;
  });
}

FileCounts Manifest::count_files() const {
  return with_database(path_, [&] {
    SQLite::Statement select(*database_, "SELECT status, count(*) FROM files GROUP BY status");
    return read_counts(select);
  });
}

FileCounts Manifest::count_files(std::int64_t root) const {
  return with_database(path_, [&] {
    SQLite::Statement select(*database_, "SELECT status, count(*) FROM files WHERE root = ? GROUP BY status");
    select.bind(1, root);
    return read_counts(select);
  });
}

std::uint64_t Manifest::count_dead_rows() const {
  return with_database(path_, [&] {
    return static_cast<std::uint64_t>(
        query_int(*database_,
                  "SELECT (SELECT row_count FROM generation) -"
                  " (SELECT count(DISTINCT row) FROM files WHERE status = 'live')"));
  });
}

std::optional<RunEntry> Manifest::find_run(const char* condition) const {
  return with_database(path_, [&]() -> std::optional<RunEntry> {
    SQLite::Statement select(
        *database_,
        fmt::format("SELECT started, finished, outcome, added, changed, renamed, revived, deleted,"
                    " failed FROM runs {} ORDER BY id DESC LIMIT 1",
                    condition));
    if (!select.executeStep()) return std::nullopt;
    const auto count = [&](int column) {
      return static_cast<std::uint64_t>(select.getColumn(column).getInt64());
    };
    return RunEntry{.started = select.getColumn(0).getInt64(),
                    .finished = select.getColumn(1).getInt64(),
                    .outcome = select.getColumn(2).getString(),
                    .counts = {.added = count(3),
                               .changed = count(4),
                               .renamed = count(5),
                               .revived = count(6),
                               .deleted = count(7),
                               .failed = count(8)}};
  });
}

std::optional<RunEntry> Manifest::last_run() const {
  return find_run("");
}

std::optional<RunEntry> Manifest::last_done() const {
  return find_run("WHERE outcome = 'done'");
}

void Manifest::add_run(const RunEntry& run) {
  with_database(path_, [&] {
    SQLite::Transaction transaction(*database_);
    SQLite::Statement insert(*database_,
                             "INSERT INTO runs (started, finished, outcome, added, changed, renamed, revived,"
                             " deleted, failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(1, run.started);
    insert.bind(2, run.finished);
    insert.bind(3, run.outcome);
    int column = 4;
    for (const std::uint64_t count : {run.counts.added, run.counts.changed, run.counts.renamed,
                                      run.counts.revived, run.counts.deleted, run.counts.failed}) {
      insert.bind(column++, static_cast<std::int64_t>(count));
    }
    insert.exec();
    database_->exec(fmt::format("DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - {}", kRunsKept));
    transaction.commit();
  });
}

}  // namespace vit_embed
