#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

// SQLite as this folder uses it. For this folder's .cpp files only.

namespace vit_embed {

/// A reader opens for writing where it may, for what a killed writer left half done has to be rolled back
/// before it can be read, but changes nothing.
enum class DatabaseAccess { read, write, create };

SQLite::Database open_database(const std::filesystem::path& path, DatabaseAccess access);

/// Throws what an SQLite::Exception stands for: BusyError where another process holds the database for
/// longer than the time that we wait, else FatalError; both name the file.
[[noreturn]] void throw_as_error(const SQLite::Exception& error, const std::filesystem::path& path);

/// What `action` returns; SQLite's exceptions become ours.
template <class Action>
auto with_database(const std::filesystem::path& path, Action action) {
  try {
    return action();
  } catch (const SQLite::Exception& error) {
    throw_as_error(error, path);
  }
}

/// The first column of the one row that `sql` gives.
std::int64_t query_int(SQLite::Database& database, const char* sql);

/// Another database within the same connection, under this name, until destruction.
class AttachedDatabase {
 public:
  AttachedDatabase(SQLite::Database& database, const std::filesystem::path& path, std::string name);
  AttachedDatabase(const AttachedDatabase&) = delete;
  AttachedDatabase& operator=(const AttachedDatabase&) = delete;
  ~AttachedDatabase();

 private:
  SQLite::Database& database_;
  std::string name_;
};

void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes);

}  // namespace vit_embed
