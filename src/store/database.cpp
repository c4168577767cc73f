#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <utility>

#include "base/error.h"

namespace vit_embed {
namespace {

/// How long another process's transaction is waited for. A checkpoint is short; a reader may take its time,
/// and a writer that gave up would lose what it has computed.
constexpr int kReaderWaitsMs = 60'000;
constexpr int kWriterWaitsMs = 600'000;

int flags_of(const std::filesystem::path& path, DatabaseAccess access) {
  switch (access) {
    case DatabaseAccess::read:
      return ::access(path.c_str(), W_OK) == 0 ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY;
    case DatabaseAccess::write:
      return SQLite::OPEN_READWRITE;
    case DatabaseAccess::create:
      return SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
  }
  return SQLite::OPEN_READONLY;
}

}  // namespace

SQLite::Database open_database(const std::filesystem::path& path, DatabaseAccess access) {
  return with_database(path, [&] {
    SQLite::Database database(path.native(), flags_of(path, access),
                              access == DatabaseAccess::read ? kReaderWaitsMs : kWriterWaitsMs);
    if (access == DatabaseAccess::read) {
      database.exec("PRAGMA query_only = 1");
    } else {
      database.exec("PRAGMA journal_mode = DELETE");
      // The journal's removal, which ends a transaction, is synced too: the header's count comes behind it.
      database.exec("PRAGMA synchronous = EXTRA");
      database.exec("PRAGMA foreign_keys = 1");
    }
    return database;
  });
}

void throw_as_error(const SQLite::Exception& error, const std::filesystem::path& path) {
  const int code = error.getErrorCode() & 0xff;  // without what an extended code adds
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
    throw BusyError(fmt::format("'{}' is held by another process", path.native()));
  }
  throw FatalError(fmt::format("'{}': {}", path.native(), error.what()));
}

std::int64_t query_int(SQLite::Database& database, const char* sql) {
  return database.execAndGet(sql).getInt64();
}

AttachedDatabase::AttachedDatabase(SQLite::Database& database, const std::filesystem::path& path,
                                   std::string name)
    : database_(database), name_(std::move(name)) {
  SQLite::Statement attach(database_, "ATTACH ? AS " + name_);
  attach.bind(1, path.native());
  attach.exec();
}

AttachedDatabase::~AttachedDatabase() {
  database_.tryExec("DETACH " + name_);
}

void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes) {
  statement.bind(index, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
}

}  // namespace vit_embed
