#include "store/root_changes.h"

#include "store/database.h"

namespace vit_embed {

void apply_root_changes(Manifest& manifest, const RootChanges& changes) {
  if (changes.empty()) return;
  with_database(manifest.path(), [&] {
    SQLite::Database& database = manifest.database();
    SQLite::Transaction transaction(database);
    for (const Root& root : changes.forgotten) {
      for (const char* sql : {"DELETE FROM files WHERE root = ?", "DELETE FROM roots WHERE id = ?"}) {
        SQLite::Statement statement(database, sql);
        statement.bind(1, root.id);
        statement.exec();
      }
    }
    for (const Root& root : changes.updated) {
      SQLite::Statement update(database, "UPDATE roots SET path = ?, mount_point = ? WHERE id = ?");
      update.bind(1, root.path);
      update.bind(2, root.mount_point ? 1 : 0);
      update.bind(3, root.id);
      update.exec();
    }
    for (const Root& root : changes.added) {
      SQLite::Statement insert(database, "INSERT INTO roots (id, path, mount_point) VALUES (?, ?, ?)");
      insert.bind(1, root.id);
      insert.bind(2, root.path);
      insert.bind(3, root.mount_point ? 1 : 0);
      insert.exec();
    }
    if (!changes.forgotten.empty() || !changes.updated.empty())
      database.exec("UPDATE generation SET changes = changes + 1");
    transaction.commit();
  });
}

}  // namespace vit_embed
