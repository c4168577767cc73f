#include "store/live_files.h"

#include "store/database.h"

namespace vit_embed {

std::string full_path(const std::string& root, const std::string& path) {
  return root.ends_with('/') ? root + path : root + "/" + path;
}

void for_each_live_file(const Manifest& manifest, const std::function<void(const LiveFile&)>& take) {
  with_database(manifest.path(), [&] {
    // CROSS JOIN: SQLite keeps this order of the tables, and both are read in the order of their keys.
    SQLite::Statement select(manifest.database(),
                             "SELECT f.root, r.path, f.path, f.size, f.mtime_ns, f.ctime_ns, f.content, f.row"
                             " FROM roots r CROSS JOIN files f ON f.root = r.id WHERE f.status = 'live'"
                             " ORDER BY r.path, f.path");
    while (select.executeStep()) {
      take({select.getColumn(0).getInt64(),
            select.getColumn(1).getString(),
            select.getColumn(2).getString(),
            {static_cast<std::uint64_t>(select.getColumn(3).getInt64()), select.getColumn(4).getInt64(),
             select.getColumn(5).getInt64()},
            select.getColumn(6).getString(),
            static_cast<std::uint64_t>(select.getColumn(7).getInt64())});
    }
  });
}

}  // namespace vit_embed
