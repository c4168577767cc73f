#include "store/manifest_schema.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "store/database.h"
#include "store/manifest.h"

namespace vit_embed {
namespace {

constexpr int kApplicationId = 0x76697465;

constexpr const char* kSchema = R"(
CREATE TABLE generation (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  fingerprint TEXT NOT NULL,
  fingerprint_id TEXT NOT NULL,
  row_size INTEGER NOT NULL,
  max_pixels INTEGER NOT NULL,
  model_path TEXT NOT NULL,
  model_source TEXT NOT NULL,
  model_revision TEXT NOT NULL,
  random_weights INTEGER NOT NULL,
  row_count INTEGER NOT NULL DEFAULT 0,
  changes INTEGER NOT NULL DEFAULT 0,
  indexed_changes INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE builds (id INTEGER PRIMARY KEY, build TEXT NOT NULL UNIQUE);
CREATE TABLE roots (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mount_point INTEGER NOT NULL);
CREATE TABLE rows (
  row INTEGER PRIMARY KEY,
  content BLOB NOT NULL UNIQUE,
  xxh3 INTEGER NOT NULL,
  build INTEGER NOT NULL REFERENCES builds
);
CREATE TABLE files (
  root INTEGER NOT NULL REFERENCES roots,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('live', 'failed', 'deleted', 'pending')),
  content BLOB,
  row INTEGER REFERENCES rows,
  reason TEXT,
  kind TEXT,
  PRIMARY KEY (root, path),
  CHECK ((status IN ('live', 'deleted')) = (row IS NOT NULL))
) WITHOUT ROWID;
CREATE INDEX files_by_content ON files (content);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  started INTEGER NOT NULL,
  finished INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  renamed INTEGER NOT NULL,
  revived INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  failed INTEGER NOT NULL
);
CREATE VIEW live AS
  SELECT f.row, r.path AS root, f.path, f.size, f.mtime_ns, hex(f.content) AS content
  FROM files f JOIN roots r ON r.id = f.root WHERE f.status = 'live';
)";

/// From each version to the next; none yet.
constexpr std::array<const char*, kManifestVersion - 1> kUpgrades{};

int version_of(SQLite::Database& database) {
  return static_cast<int>(query_int(database, "PRAGMA user_version"));
}

}  // namespace

void create_manifest_tables(SQLite::Database& database) {
  SQLite::Transaction transaction(database);
  database.exec(kSchema);
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(fmt::format("PRAGMA user_version = {}", kManifestVersion));
  transaction.commit();
}

void require_manifest(SQLite::Database& database) {
  if (query_int(database, "PRAGMA application_id") != kApplicationId || version_of(database) < 1) {
    throw FatalError(fmt::format("'{}' is not the manifest of a store", database.getFilename()));
  }
  const int version = version_of(database);
  if (version > kManifestVersion) {
    throw FatalError(
        fmt::format("'{}' is of version {}, and this vit-embed knows versions up to {}: a later one made it",
                    database.getFilename(), version, kManifestVersion));
  }
}

bool is_outdated(SQLite::Database& database) {
  return version_of(database) < kManifestVersion;
}

void upgrade_manifest(SQLite::Database& database) {
  upgrade_manifest(database, kUpgrades);
}

void upgrade_manifest(SQLite::Database& database, std::span<const char* const> steps) {
  SQLite::Transaction transaction(database);
  const int first = version_of(database);
  for (const char* const step : steps.subspan(static_cast<std::size_t>(first - 1))) database.exec(step);
  database.exec(fmt::format("PRAGMA user_version = {}", 1 + steps.size()));
  transaction.commit();
}

}  // namespace vit_embed
