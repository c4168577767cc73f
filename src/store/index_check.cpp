#include "store/index_check.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "formats/csv.h"
#include "store/database.h"
#include "store/live_files.h"

namespace vit_embed {
namespace {

/// A record of the index: its key, and its row as it stands there.
struct IndexEntry {
  std::pair<std::string, std::string> key;  ///< root, path
  std::string row;
};

std::int64_t count_changes(const Manifest& manifest) {
  return with_database(manifest.path(),
                       [&] { return query_int(manifest.database(), "SELECT changes FROM generation"); });
}

class IndexComparison {
 public:
  IndexComparison(const Manifest& manifest, const std::filesystem::path& index, CheckReport& report)
      : name_(index.native()), files_(manifest), records_(index), report_(report) {}

  /// Both are in the order of their keys.
  void run() {
    if (records_.next() != std::vector<std::string>{"row", "root", "path"})
      throw FatalError(fmt::format("'{}' does not begin with row,root,path", name_));
    std::optional<IndexEntry> file = next_file();
    std::optional<IndexEntry> record = next_record();
    while (file || record) {
      if (!record || (file && file->key < record->key)) {
        add("missing from the index", *file, "is missing");
        file = next_file();
      } else if (!file || record->key < file->key) {
        add("too much in the index", *record, "is not what the manifest has");
        record = next_record();
      } else {
        if (record->row != file->row)
          add("wrong row in the index", *record, "has another row in the manifest");
        file = next_file();
        record = next_record();
      }
    }
  }

 private:
  std::optional<IndexEntry> next_file() {
    std::optional<LiveFile> file = files_.next();
    if (!file) return std::nullopt;
    return IndexEntry{{std::move(file->root_path), std::move(file->path)}, std::to_string(file->row)};
  }

  std::optional<IndexEntry> next_record() {
    std::optional<std::vector<std::string>> fields = records_.next();
    if (!fields) return std::nullopt;
    if (fields->size() != 3)
      throw FatalError(fmt::format("'{}' has a record of {} fields", name_, fields->size()));
    return IndexEntry{{std::move((*fields)[1]), std::move((*fields)[2])}, std::move((*fields)[0])};
  }

  void add(const char* kind, const IndexEntry& entry, const char* what) {
    report_.add(kind, [&] {
      return fmt::format("'{}': row {}, '{}' {}", name_, entry.row,
                         full_path(entry.key.first, entry.key.second), what);
    });
  }

  std::string name_;
  LiveFileReader files_;
  CsvReader records_;
  CheckReport& report_;
};

}  // namespace

void check_index(const Manifest& manifest, const std::filesystem::path& index, CheckReport& report) {
  const std::int64_t changes = count_changes(manifest);
  if (!manifest.is_indexed()) {
    report.note(
        fmt::format("'{}' is older than its manifest: a run is at work, or was killed", index.native()));
    return;
  }
  CheckReport found;
  try {
    IndexComparison(manifest, index, found).run();
  } catch (const FatalError& error) {
    found.add("index", [&] { return std::string(error.what()); });
  }
  if (count_changes(manifest) == changes) return report.merge(std::move(found));
  report.note(fmt::format("'{}' was not checked: a run changes what it is to say", index.native()));
}

}  // namespace vit_embed
