#pragma once

#include <span>

namespace SQLite {
class Database;
}

namespace vit_embed {

/// Makes an empty database a manifest of kManifestVersion (manifest.h).
void create_manifest_tables(SQLite::Database& database);

/// Throws FatalError where the database is not a manifest, or one of a later version.
void require_manifest(SQLite::Database& database);

/// Whether the tables are of an earlier version.
bool is_outdated(SQLite::Database& database);

/// Brings the tables of an earlier version up to kManifestVersion, in one transaction.
void upgrade_manifest(SQLite::Database& database);

/// The same by `steps`, of which the first leads from version 1 to 2.
void upgrade_manifest(SQLite::Database& database, std::span<const char* const> steps);

}  // namespace vit_embed
