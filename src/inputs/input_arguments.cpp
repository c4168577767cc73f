#include "inputs/input_arguments.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

#include "base/error.h"
#include "base/nearest_name.h"
#include "inputs/tar_name.h"
#include "inputs/tar_stream.h"

namespace vit_embed {
namespace {

/// What the names of a folder's or a tar's inputs start with.
std::string as_folder(const std::string& path) {
  return path.ends_with('/') ? path : path + '/';
}

ShardSource source_of(const std::string& path, const InputOptions& options) {
  if (path == "-") throw UsageError("--shard takes folders, tars or a list, and nothing from stdin");
  if (is_tar(path, options)) return ShardSource::tars;
  require_existing(path);
  if (is_folder(path)) return ShardSource::folders;
  throw UsageError(
      fmt::format("--shard takes folders, tars or a list (--files-from), and '{}' is a file", path));
}

/// An image of two of them would be in two shards.
void require_apart(const std::vector<std::string>& sorted) {
  const auto found = std::ranges::adjacent_find(sorted, [](const std::string& a, const std::string& b) {
    return as_folder(b).starts_with(as_folder(a));
  });
  if (found != sorted.end())
    throw UsageError(fmt::format("--shard: '{}' is within '{}'", *(found + 1), *found));
}

}  // namespace

void check_usage(const InputOptions& options) {
  const auto images_on_stdin = std::ranges::count(options.paths, "-");
  if (images_on_stdin + (options.files_from == "-" ? 1 : 0) > 1) {
    throw UsageError("stdin can be read once: one '-', as an image or a tar, or '--files-from -'");
  }
  if (options.paths.empty() && !options.files_from) {
    throw UsageError("no images: give files, folders, tars, '-' for stdin, or --files-from");
  }
  if (options.null_separated && !options.files_from) throw UsageError("-0/--null goes with --files-from");
}

std::vector<std::string> argument_paths(const InputOptions& options) {
  std::vector<std::string> all;
  for (const std::string& path : options.paths) {
    struct stat status {};
    if (!is_tar_name(path) || ::lstat(path.c_str(), &status) == 0) {
      all.push_back(path);
    } else {
      std::ranges::move(expand_ranges(path), std::back_inserter(all));
    }
  }
  if (options.shard) std::ranges::sort(all, {}, as_folder);
  return all;
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_tar(const std::string& path, const InputOptions& options) {
  return path == "-" ? is_tar_name(options.stdin_name) : is_tar_name(path) && !is_folder(path);
}

bool has_tars(const InputOptions& options) {
  return std::ranges::any_of(options.paths,
                             [&options](const std::string& path) { return is_tar(path, options); });
}

void require_existing(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return;
  const std::string reason = std::generic_category().message(errno);
  throw FatalError(fmt::format("'{}': {}{}", path, reason, did_you_mean(path)));
}

bool come_once(const InputOptions& options) {
  return is_tar_name(options.stdin_name) && std::ranges::count(options.paths, "-") > 0;
}

std::vector<std::string> column_names(const InputOptions& options) {
  std::vector<std::string> names;
  if (options.labels == Labels::folder) names.emplace_back("label");
  if (has_tars(options)) names.insert(names.end(), kSampleColumns.begin(), kSampleColumns.end());
  return names;
}

ShardSource shard_source(const InputOptions& options) {
  const std::vector<std::string> paths = argument_paths(options);
  if (paths.empty()) return ShardSource::list;
  const ShardSource source = source_of(paths.front(), options);
  for (const std::string& path : paths) {
    if (options.files_from || source_of(path, options) != source)
      throw UsageError("--shard takes folders, tars or one list, and no two of them");
  }
  if (source == ShardSource::folders) require_apart(paths);
  return source;
}

std::string shard_key_of_tar(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace vit_embed
