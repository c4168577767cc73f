#include "store/root_scan.h"

#include "store/database.h"
#include "store/file_status.h"

namespace vit_embed {
namespace {

/// A file as the manifest has it.
struct KnownFile {
  std::string path;
  FileStamp stamp;
  FileStatus status = FileStatus::live;
  std::string reason;
  bool permanent = false;

  bool is_held() const { return status == FileStatus::live || status == FileStatus::pending; }
};

}  // namespace

/// The manifest's files of the root, in the order of their paths. Read in pages, for an open SELECT would
/// hold up a writer, and a folder may take hours.
struct RootScan::Cursor {
  Cursor(Manifest& manifest, std::int64_t root)
      : database_path(manifest.path()),
        select(manifest.database(),
               "SELECT path, size, mtime_ns, ctime_ns, status, reason, kind FROM files WHERE root = ? AND"
               " path > ? ORDER BY path LIMIT 4096") {
    select.bind(1, root);
    read_page("");
  }

  void read_page(const std::string& behind) {
    with_database(database_path, [&] {
      page.clear();
      position = 0;
      select.bind(2, behind);
      while (select.executeStep()) {
        page.push_back({select.getColumn(0).getString(),
                        {static_cast<std::uint64_t>(select.getColumn(1).getInt64()),
                         select.getColumn(2).getInt64(), select.getColumn(3).getInt64()},
                        file_status_from_string(select.getColumn(4).getString()),
                        select.getColumn(5).getString(),  // "" for NULL
                        select.getColumn(6).getString() == "permanent"});
      }
      select.reset();
    });
  }

  bool has_ended() const { return position == page.size(); }

  void step() {
    if (++position == page.size()) read_page(std::string(page.back().path));
  }

  const KnownFile& operator*() const { return page[position]; }
  const KnownFile* operator->() const { return &page[position]; }

  std::filesystem::path database_path;
  SQLite::Statement select;
  std::vector<KnownFile> page;
  std::size_t position = 0;
};

RootScan::RootScan(Manifest& manifest, ChangePlan& plan, std::int64_t root, bool retry_failed)
    : plan_(plan),
      root_(root),
      retry_failed_(retry_failed),
      cursor_(with_database(manifest.path(), [&] { return std::make_unique<Cursor>(manifest, root); })) {}

RootScan::~RootScan() = default;

/// The file that the cursor stands at is not there.
void RootScan::pass_vanished() {
  const bool is_kept = !kept_.empty() && (*cursor_)->path.starts_with(kept_);
  if ((*cursor_)->is_held()) ++counts_.held;
  if (is_kept && (*cursor_)->status == FileStatus::live) ++counts_.unchanged;
  if (!is_kept && (*cursor_)->status != FileStatus::deleted) {
    plan_.add_vanished(root_, (*cursor_)->path, (*cursor_)->stamp, (*cursor_)->is_held());
  }
  cursor_->step();
}

/// Passes everything before `path`; whether the manifest has `path` itself, which the cursor then stands at.
bool RootScan::advance_to(const std::string& path) {
  while (!cursor_->has_ended() && (*cursor_)->path < path) pass_vanished();
  return !cursor_->has_ended() && (*cursor_)->path == path;
}

void RootScan::file(const std::string& path, const FileStamp& stamp,
                    const std::function<std::optional<std::string>()>& why_unreadable) {
  ++counts_.seen;
  if (!advance_to(path)) {
    plan_.add(PlannedFile{0, root_, path, stamp, true});
    return;
  }
  if ((*cursor_)->is_held()) ++counts_.held;
  const KnownFile& known = **cursor_;
  const bool is_same = stamp == known.stamp && stamp.ctime_ns != 0;
  const bool failed_in_passing = !known.reason.empty() && !known.permanent;
  if (is_same && known.status == FileStatus::live && known.reason.empty()) {
    ++counts_.unchanged;
  } else if (is_same && known.status == FileStatus::failed && known.permanent && !retry_failed_) {
    ++counts_.failing;
  } else if (failed_in_passing && why_unreadable() == known.reason) {
    ++counts_.failing;
  } else {
    plan_.add(PlannedFile{0, root_, path, stamp, !known.is_held()});
  }
  cursor_->step();
}

/// Whether the manifest has the same trouble with it already.
bool RootScan::is_known(const std::string& path, const std::string& reason) {
  ++counts_.seen;
  if (!advance_to(path)) return false;
  if ((*cursor_)->is_held()) ++counts_.held;
  const bool is_known = (*cursor_)->reason == reason;
  cursor_->step();
  return is_known;
}

void RootScan::unreadable(const std::string& path, const std::string& reason) {
  if (is_known(path, reason)) {
    ++counts_.failing;
  } else {
    plan_.add(Trouble{root_, path, reason});
  }
}

void RootScan::unlistable(const std::string& folder, const std::string& reason) {
  unreadable(folder, reason);
  if (kept_.empty() || !folder.starts_with(kept_)) kept_ = folder;
}

void RootScan::broken_link(const std::string& folder, const std::string& reason) {
  advance_to(folder);
  if (!cursor_->has_ended() && (*cursor_)->path.starts_with(folder)) unlistable(folder, reason);
}

RootScanCounts RootScan::finish() {
  while (!cursor_->has_ended()) pass_vanished();
  return counts_;
}

}  // namespace vit_embed
