#include "inputs/folder_stream.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "base/file_descriptor.h"

namespace vit_embed {
namespace {

constexpr std::array<std::string_view, 17> kImageExtensions{"jpg", "jpeg", "jpe", "jfif", "png", "webp",
                                                            "tif", "tiff", "bmp", "dib",  "ppm", "pgm",
                                                            "pbm", "pnm",  "jp2", "j2k",  "gif"};

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

enum class EntryKind { file, folder, unresolved };

/// A symlink counts as what it points to.
EntryKind kind_of(int directory, const dirent& entry) {
  if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN)
    return entry.d_type == DT_DIR ? EntryKind::folder : EntryKind::file;
  struct stat status {};
  if (::fstatat(directory, entry.d_name, &status, 0) != 0) return EntryKind::unresolved;
  return S_ISDIR(status.st_mode) ? EntryKind::folder : EntryKind::file;
}

Input failed_folder(std::string path, int error) {
  if (!path.ends_with('/')) path += '/';
  const std::string reason = std::string("cannot list this folder: ") + std::strerror(error);
  return {std::move(path), std::make_unique<FailedSource>(reason)};
}

}  // namespace

bool has_image_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string extension(name.substr(dot + 1));
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return std::ranges::find(kImageExtensions, extension) != kImageExtensions.end();
}

bool matches_any(const std::vector<std::string>& globs, const std::string& path) {
  return std::ranges::any_of(
      globs, [&path](const std::string& glob) { return ::fnmatch(glob.c_str(), path.c_str(), 0) == 0; });
}

std::string selection_of(const FolderOptions& options) {
  std::string flags;
  for (const std::string& glob : options.include) flags += fmt::format(" --include '{}'", glob);
  for (const std::string& glob : options.exclude) flags += fmt::format(" --exclude '{}'", glob);
  if (options.hidden) flags += " --hidden";
  return flags.empty() ? flags : flags.substr(1);
}

FolderStream::FolderStream(std::string root, FolderOptions options, Shard shard)
    : root_(std::move(root)), options_(std::move(options)), shard_(shard) {}

std::string FolderStream::full_path(const std::string& relative) const {
  return root_.ends_with('/') ? root_ + relative : root_ + "/" + relative;
}

bool FolderStream::is_wanted_directory(const std::string& relative) const {
  return !matches_any(options_.exclude, relative);
}

bool FolderStream::is_wanted_file(const std::string& relative) const {
  if (matches_any(options_.exclude, relative)) return false;
  return options_.include.empty() ? has_image_extension(relative) : matches_any(options_.include, relative);
}

/// The wanted names in a directory, sorted; `error` is set where it cannot be read to its end.
std::vector<std::string> FolderStream::list(const std::string& prefix, FileDescriptor directory, int& error) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, DirectoryCloser> stream(::fdopendir(directory.get()));
  if (!stream) {
    error = errno;
    return names;
  }
  const int fd = directory.release();  // it is the stream's
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || (name.starts_with('.') && !options_.hidden)) continue;
    std::string relative = prefix + std::string(name);
    const EntryKind kind = kind_of(fd, *entry);
    if (kind != EntryKind::folder && is_wanted_file(relative)) {
      names.emplace_back(name);  // where it is unresolved it is left to fail as a file
    } else if (kind == EntryKind::folder || (kind == EntryKind::unresolved && options_.broken_links)) {
      if (is_wanted_directory(relative)) names.push_back(std::string(name) + "/");
    } else {
      ++unwanted_files_;
    }
  }
  error = errno;
  std::ranges::sort(names);
  return names;
}

/// Goes down into a directory; what comes back is its failure.
std::optional<Input> FolderStream::enter(const std::string& prefix) {
  const std::string path = prefix.empty() ? root_ : full_path(prefix.substr(0, prefix.size() - 1));
  FileDescriptor directory = FileDescriptor::try_open(path, O_RDONLY | O_DIRECTORY);
  struct stat status {};
  if (!directory || ::fstat(directory.get(), &status) != 0) return failed_folder(path, errno);
  const bool is_ancestor = std::ranges::any_of(levels_, [&status](const Level& level) {
    return level.device == status.st_dev && level.inode == status.st_ino;
  });
  if (is_ancestor) return std::nullopt;
  int error = 0;
  levels_.push_back({prefix, status.st_dev, status.st_ino, list(prefix, std::move(directory), error)});
  return error == 0 ? std::nullopt : std::optional(failed_folder(path, error));
}

std::optional<Input> FolderStream::next() {
  if (!started_) {
    started_ = true;
    if (std::optional<Input> failure = enter("")) return failure;
  }
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.next == level.names.size()) {
      levels_.pop_back();
      continue;
    }
    const std::string relative = level.prefix + level.names[level.next++];
    if (relative.ends_with('/')) {
      if (std::optional<Input> failure = enter(relative)) return failure;
    } else if (!shard_.holds(relative)) {
      ++passed_over_;
    } else {
      std::string path = full_path(relative);
      return Input{path, std::make_unique<FileSource>(path)};
    }
  }
  return std::nullopt;
}

std::string FolderStream::why_empty() const {
  if (unwanted_files_ == 0) return fmt::format("'{}' has no files", root_);
  return fmt::format("'{}' has {} file{}, and {}", root_, unwanted_files_, unwanted_files_ == 1 ? "" : "s",
                     options_.include.empty() ? "none with an image's extension (--include '*' takes all)"
                                              : "none that --include and --exclude let through");
}

}  // namespace vit_embed
