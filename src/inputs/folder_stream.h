#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "formats/shard.h"
#include "inputs/input_stream.h"

namespace vit_embed {

struct FolderOptions {
  std::vector<std::string>
      include;  ///< globs on the path relative to the folder; empty: the known extensions
  std::vector<std::string> exclude;  ///< globs likewise; a folder that matches is not entered
  bool hidden = false;               ///< also names that start with a dot, such as macOS's ._* files
  bool broken_links = false;  ///< a link that leads nowhere, and has no image's name, is a folder that fails
};

/// The image files below a folder, in bytewise order of their relative paths, a directory sorted as "name/".
/// Holds the names of one directory a level in memory. Symlinks to directories are followed unless they lead
/// to an ancestor. A folder that cannot be listed comes back as an input that fails, its name ending with
/// '/', so that nothing vanishes without a word.
class FolderStream : public InputStream {
 public:
  /// Of the files only those whose relative paths the shard holds; a folder that cannot be listed may have
  /// files of every shard, and comes back in each.
  FolderStream(std::string root, FolderOptions options, Shard shard = {});
  std::optional<Input> next() override;
  std::uint64_t passed_over() const override { return passed_over_; }
  std::string why_empty() const override;

 private:
  struct Level {
    std::string prefix;  // relative to the root, "" or ending with '/'
    std::uint64_t device;
    std::uint64_t inode;
    std::vector<std::string> names;  // sorted; a directory's ends with '/'
    std::size_t next = 0;
  };

  std::optional<Input> enter(const std::string& prefix);
  std::vector<std::string> list(const std::string& prefix, FileDescriptor directory, int& error);
  bool is_wanted_directory(const std::string& relative) const;
  bool is_wanted_file(const std::string& relative) const;
  std::string full_path(const std::string& relative) const;

  std::string root_;
  FolderOptions options_;
  Shard shard_;
  std::uint64_t passed_over_ = 0;
  std::uint64_t unwanted_files_ = 0;
  std::vector<Level> levels_;
  bool started_ = false;
};

/// The options that choose among files, as flags with their values quoted; "" where none is given.
std::string selection_of(const FolderOptions& options);

/// Whether a name ends, in either case, in an extension that images have.
bool has_image_extension(std::string_view name);

/// fnmatch(3) without flags: '*' matches '/' too.
bool matches_any(const std::vector<std::string>& globs, const std::string& path);

}  // namespace vit_embed
