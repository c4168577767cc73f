#include "store/migration.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/database.h"

namespace vit_embed {

std::optional<std::string> why_not_complete(const Manifest& next, const Manifest& current) {
  const std::vector<Root> roots = next.roots();
  for (const Root& root : current.roots()) {
    if (std::ranges::none_of(roots, [&](const Root& r) { return r.path == root.path; }))
      return fmt::format("'{}' is to be embedded", root.path);
  }
  for (const Root& root : roots) {
    if (const std::uint64_t pending = next.count_files(root.id).pending; pending > 0)
      return fmt::format("{} files of '{}' are to be embedded", pending, root.path);
  }
  return std::nullopt;
}

std::uint64_t count_lost_by_switch(const Manifest& next, const Manifest& current) {
  return with_database(next.path(), [&] {
    const AttachedDatabase attached(next.database(), current.path(), "current");
    return static_cast<std::uint64_t>(
        query_int(next.database(),
                  "SELECT count(*) FROM main.files f JOIN main.roots r ON r.id = f.root"
                  " JOIN current.roots s ON s.path = r.path"
                  " JOIN current.files g ON g.root = s.id AND g.path = f.path"
                  " WHERE f.status = 'failed' AND g.status = 'live'"));
  });
}

}  // namespace vit_embed
