#include "store/migration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "store/database.h"

namespace vit_embed {

namespace {

std::uint64_t count_joined(const Manifest& next, const Manifest& current, const std::string& sql) {
  return with_database(next.path(), [&] {
    const AttachedDatabase attached(next.database(), current.path(), "current");
    return static_cast<std::uint64_t>(query_int(next.database(), sql.c_str()));
  });
}

bool has_root(const std::vector<Root>& roots, const Root& root) {
  return std::ranges::any_of(roots, [&](const Root& r) { return r.path == root.path; });
}

/// Live in current, and not so much as failed in next: they came into current behind next's back.
constexpr const char* kUnknown =
    "SELECT count(*) FROM current.files g JOIN current.roots s ON s.id = g.root"
    " JOIN main.roots r ON r.path = s.path WHERE g.status = 'live' AND r.id NOT IN ({}) AND NOT EXISTS"
    " (SELECT 1 FROM main.files f WHERE f.root = r.id AND f.path = g.path)";

constexpr const char* kFailed =
    "SELECT count(*) FROM main.files f JOIN main.roots r ON r.id = f.root"
    " JOIN current.roots s ON s.path = r.path"
    " JOIN current.files g ON g.root = s.id AND g.path = f.path"
    " WHERE f.status = 'failed' AND g.status = 'live'";

}  // namespace

std::optional<std::string> why_not_complete(const Manifest& next, const Manifest& current,
                                            const std::vector<std::int64_t>& scanned) {
  const std::vector<Root> roots = next.roots();
  const std::vector<Root> roots_now = current.roots();
  for (const Root& root : roots_now) {
    if (!has_root(roots, root)) return fmt::format("'{}' is to be embedded", root.path);
  }
  for (const Root& root : roots) {
    if (!has_root(roots_now, root))
      return fmt::format("readers have no root '{}': --forget-root or --root tells what became of it",
                         root.path);
    if (const std::uint64_t pending = next.count_files(root.id).pending; pending > 0)
      return fmt::format("{} files of '{}' are to be embedded", pending, root.path);
  }
  if (const std::uint64_t unknown =
          count_joined(next, current, fmt::format(kUnknown, fmt::join(scanned, ", ")));
      unknown > 0)
    return fmt::format("{} files that readers have are to be looked at", unknown);
  return std::nullopt;
}

std::uint64_t count_lost_by_switch(const Manifest& next, const Manifest& current) {
  return count_joined(next, current, kFailed);
}

}  // namespace vit_embed
