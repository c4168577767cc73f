#include "sync/root_plan.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/error.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

struct stat stat_of(const std::string& path) {
  struct stat status {};
  // The '/' has an automounter mount what is there.
  if (::stat((path + "/").c_str(), &status) != 0) status.st_mode = 0;
  return status;
}

bool is_folder(const std::string& path) {
  return S_ISDIR(stat_of(path).st_mode);
}

/// A device number says nothing by itself, for it changes at a reboot; that it is another than the parent's
/// does.
bool is_mount_point(const std::string& path) {
  return path == "/" || stat_of(path).st_dev != stat_of(path + "/..").st_dev;
}

bool is_within(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder.ends_with('/') ? folder : folder + "/");
}

std::string resolved(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  return error ? path : canonical.native();
}

class RootPlanner {
 public:
  RootPlanner(const RootOptions& options, const std::vector<Root>& known) : options_(options) {
    for (const Root& root : known) {
      roots_.push_back({root});
      next_id_ = std::max(next_id_, root.id + 1);
    }
  }

  RootPlan plan() {
    for (const std::string& folder : options_.forgotten) forget(root_path(folder));
    for (const std::string& moved : options_.moved) move(moved);
    for (const std::string& folder : options_.folders) scan(root_path(folder));
    refuse_nested();
    for (const KnownRoot& known : roots_) {
      if (known.is_changed) plan_.changes.updated.push_back(known.root);
    }
    return plan_;
  }

 private:
  struct KnownRoot {
    Root root;
    bool is_changed = false;
  };

  KnownRoot* find(const std::string& path) {
    const auto found = std::ranges::find_if(roots_, [&](const KnownRoot& r) { return r.root.path == path; });
    return found == roots_.end() ? nullptr : &*found;
  }

  KnownRoot& require(const std::string& path, const char* option) {
    if (KnownRoot* root = find(path)) return *root;
    throw UsageError(fmt::format("{}: the store has no root '{}'", option, path));
  }

  void forget(const std::string& path) {
    plan_.changes.forgotten.push_back(require(path, "--forget-root").root);
    std::erase_if(roots_, [&](const KnownRoot& known) { return known.root.path == path; });
  }

  /// A path may have a '=' in it: the one that parts two paths has a root at its left.
  void move(const std::string& text) {
    for (std::size_t equals = text.find('='); equals != std::string::npos;
         equals = text.find('=', equals + 1)) {
      if (equals == 0 || equals + 1 == text.size()) continue;
      const std::string from = root_path(text.substr(0, equals));
      const std::string to = root_path(text.substr(equals + 1));
      if (find(from) != nullptr) return move(from, to);
      // A run that was killed behind its change of the roots has done it, and is repeated as it was typed.
      if (find(to) != nullptr && !is_folder(from)) return;
    }
    throw UsageError(fmt::format("--root '{}': OLD=NEW, where OLD is a root of the store", text));
  }

  void move(const std::string& from, const std::string& to) {
    KnownRoot& known = *find(from);
    if (from != to && find(to) != nullptr)
      throw UsageError(fmt::format("--root: the store has '{}' already", to));
    if (!is_folder(to)) throw FatalError(fmt::format("--root: '{}' is not a folder", to));
    known.root.path = to;
    known.root.mount_point = is_mount_point(to);
    known.is_changed = true;
  }

  void scan(const std::string& path) {
    const auto is_same = [&](const PlannedRoot& planned) { return planned.root.path == path; };
    if (std::ranges::any_of(plan_.to_scan, is_same)) return;
    if (KnownRoot* known = find(path)) {
      require_same_folder(*known);
      plan_.to_scan.push_back({known->root, true});
      return;
    }
    if (!is_folder(path)) throw FatalError(fmt::format("'{}' is not a folder", path));
    const Root root{next_id_++, path, is_mount_point(path)};
    plan_.changes.added.push_back(root);
    plan_.to_scan.push_back({root, false});
  }

  void require_same_folder(KnownRoot& known) const {
    const std::string& path = known.root.path;
    if (!is_folder(path)) {
      throw RefusedError(
          fmt::format("'{}' is gone: is it not mounted? Nothing was changed. --root {}=NEW tells that it was "
                      "moved, --forget-root {} that it is no longer wanted",
                      path, path, path));
    }
    const bool mounted = is_mount_point(path);
    if (known.root.mount_point && !mounted) {
      throw RefusedError(
          fmt::format("'{}' was a mount point and is none now: is it not mounted? Nothing was changed. "
                      "--root {}={} tells that its files stand in the folder itself now",
                      path, path, path));
    }
    known.is_changed = known.is_changed || mounted != known.root.mount_point;
    known.root.mount_point = mounted;
  }

  /// Roots that are not scanned are compared by their names alone: what they lead to may not answer.
  void refuse_nested() const {
    std::vector<std::pair<std::string, std::string>> roots;  // as named, and where it leads
    for (const KnownRoot& known : roots_) roots.emplace_back(known.root.path, where(known.root.path));
    for (const Root& root : plan_.changes.added) roots.emplace_back(root.path, where(root.path));
    for (const auto& [inner, inner_place] : roots) {
      for (const auto& [outer, outer_place] : roots) {
        if (inner == outer) continue;
        if (is_within(inner, outer) || is_within(inner_place, outer_place))
          throw UsageError(fmt::format("'{}' lies within '{}': a file has one root", inner, outer));
      }
    }
  }

  std::string where(const std::string& path) const {
    const bool is_scanned = std::ranges::any_of(
        plan_.to_scan, [&](const PlannedRoot& planned) { return planned.root.path == path; });
    return is_scanned ? resolved(path) : path;
  }

  const RootOptions& options_;
  std::vector<KnownRoot> roots_;
  std::int64_t next_id_ = 1;
  RootPlan plan_;
};

}  // namespace

std::string root_path(const std::string& folder) {
  const fs::path absolute = fs::absolute(folder);
  // Behind a link, ".." is the parent of where the link leads.
  const bool climbs = std::ranges::find(absolute, fs::path("..")) != absolute.end();
  std::string path = (climbs ? fs::path(resolved(absolute.native())) : absolute).lexically_normal().native();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

RootPlan plan_roots(const RootOptions& options, const std::vector<Root>& known) {
  return RootPlanner(options, known).plan();
}

}  // namespace vit_embed
