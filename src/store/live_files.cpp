#include "store/live_files.h"

#include <utility>

#include "store/database.h"

namespace vit_embed {
namespace {

constexpr int kPage = 4096;  // files

LiveFile file_at(SQLite::Statement& select) {
  return {select.getColumn(0).getInt64(),
          select.getColumn(1).getString(),
          select.getColumn(2).getString(),
          {static_cast<std::uint64_t>(select.getColumn(3).getInt64()), select.getColumn(4).getInt64(),
           select.getColumn(5).getInt64()},
          select.getColumn(6).getString(),
          static_cast<std::uint64_t>(select.getColumn(7).getInt64())};
}

}  // namespace

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
    while (select.executeStep()) take(file_at(select));
  });
}

LiveFileReader::LiveFileReader(const Manifest& manifest) : manifest_(manifest), roots_(manifest.roots()) {}

std::optional<LiveFile> LiveFileReader::next() {
  if (position_ == page_.size() && !read_page()) return std::nullopt;
  return std::move(page_[position_++]);
}

/// The next page that has a file; false where there is none.
bool LiveFileReader::read_page() {
  page_.clear();
  position_ = 0;
  for (; root_ < roots_.size(); ++root_, last_path_.clear()) {
    with_database(manifest_.path(), [&] {
      SQLite::Statement select(
          manifest_.database(),
          "SELECT f.root, r.path, f.path, f.size, f.mtime_ns, f.ctime_ns, f.content, f.row"
          " FROM files f JOIN roots r ON r.id = f.root WHERE f.root = ? AND f.path > ?"
          " AND f.status = 'live' ORDER BY f.path LIMIT ?");
      select.bind(1, roots_[root_].id);
      select.bind(2, last_path_);
      select.bind(3, kPage);
      while (select.executeStep()) page_.push_back(file_at(select));
    });
    if (page_.empty()) continue;
    last_path_ = page_.back().path;
    return true;
  }
  return false;
}

}  // namespace vit_embed
