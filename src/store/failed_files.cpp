#include "store/failed_files.h"

#include <vector>

#include "formats/sidecars.h"
#include "store/database.h"
#include "store/live_files.h"

namespace vit_embed {
namespace {

constexpr int kPage = 4096;  // files

/// At most kPage of the root's behind `path`.
std::vector<FailedFile> failed_files_after(const Manifest& manifest, std::int64_t root,
                                           const std::string& path) {
  return with_database(manifest.path(), [&] {
    std::vector<FailedFile> page;
    SQLite::Statement select(manifest.database(),
                             "SELECT path, reason, kind FROM files WHERE root = ? AND path > ?"
                             " AND reason IS NOT NULL ORDER BY path LIMIT ?");
    select.bind(1, root);
    select.bind(2, path);
    select.bind(3, kPage);
    while (select.executeStep()) {
      const bool transient = select.getColumn(2).getString() == to_string(FailureKind::transient);
      page.push_back({select.getColumn(0).getString(), select.getColumn(1).getString(),
                      transient ? FailureKind::transient : FailureKind::permanent});
    }
    return page;
  });
}

}  // namespace

void for_each_failed_file(const Manifest& manifest, const std::function<void(const FailedFile&)>& take) {
  for (const Root& root : manifest.roots()) {
    std::string last;
    while (true) {
      std::vector<FailedFile> page = failed_files_after(manifest, root.id, last);
      if (page.empty()) break;
      last = page.back().path;
      for (FailedFile& file : page) {
        file.path = full_path(root.path, file.path);
        take(file);
      }
    }
  }
}

}  // namespace vit_embed
