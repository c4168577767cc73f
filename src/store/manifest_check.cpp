#include "store/manifest_check.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "store/database.h"
#include "store/live_files.h"
#include "store/manifest_schema.h"

namespace vit_embed {
namespace {

constexpr int kPage = 4096;  // files

struct FileRow {
  std::string path;
  std::uint64_t row = 0;
  bool is_its_content = false;
};

/// At most kPage of the root's files with a row behind `path`.
std::vector<FileRow> files_after(const Manifest& manifest, std::int64_t root, const std::string& path) {
  return with_database(manifest.path(), [&] {
    std::vector<FileRow> page;
    SQLite::Statement select(manifest.database(),
                             "SELECT f.path, f.row, f.content IS r.content FROM files f"
                             " LEFT JOIN rows r ON r.row = f.row WHERE f.root = ? AND f.path > ?"
                             " AND f.status IN ('live', 'deleted') ORDER BY f.path LIMIT ?");
    select.bind(1, root);
    select.bind(2, path);
    select.bind(3, kPage);
    while (select.executeStep()) {
      page.push_back({select.getColumn(0).getString(),
                      static_cast<std::uint64_t>(select.getColumn(1).getInt64()),
                      select.getColumn(2).getInt() != 0});
    }
    return page;
  });
}

}  // namespace

void check_database(const Manifest& manifest, CheckReport& report) {
  const std::string name = manifest.path().native();
  with_database(manifest.path(), [&] {
    SQLite::Database& database = manifest.database();
    if (is_outdated(database))
      report.note(fmt::format("'{}' is of an earlier version; the next run brings it up to {}", name,
                              kManifestVersion));
    SQLite::Statement integrity(database, "PRAGMA integrity_check");
    while (integrity.executeStep()) {
      const std::string said = integrity.getColumn(0).getString();
      if (said != "ok") report.add("database", [&] { return fmt::format("'{}': {}", name, said); });
    }
    SQLite::Statement references(database, "PRAGMA foreign_key_check");
    while (references.executeStep()) {
      report.add("reference", [&] {
        return fmt::format("'{}': a record of {} refers to one of {} that is not there", name,
                           references.getColumn(0).getString(), references.getColumn(2).getString());
      });
    }
  });
}

std::uint64_t check_files(const Manifest& manifest, CheckReport& report) {
  const std::string name = manifest.path().native();
  std::uint64_t files = 0;
  for (const Root& root : manifest.roots()) {
    std::string last;
    for (std::vector<FileRow> page; !(page = files_after(manifest, root.id, last)).empty();) {
      const std::uint64_t rows =
          manifest.row_count();  // later than the page, so that it counts all of its rows
      for (const FileRow& file : page) {
        const auto describe = [&](const char* what) {
          return [&file, &root, &name, what] {
            return fmt::format("'{}': row {} of '{}' {}", name, file.row, full_path(root.path, file.path),
                               what);
          };
        };
        if (file.row >= rows)
          report.add("row that does not count", describe("is not one of those that count"));
        else if (!file.is_its_content)
          report.add("row of other content", describe("is that of other content"));
      }
      files += page.size();
      last = page.back().path;
    }
  }
  return files;
}

}  // namespace vit_embed
