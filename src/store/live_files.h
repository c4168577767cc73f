#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/manifest.h"

namespace vit_embed {

/// A file of a root as one opens it.
std::string full_path(const std::string& root, const std::string& path);

struct LiveFile {
  std::int64_t root = 0;
  std::string root_path;
  std::string path;  ///< relative to the root
  FileStamp stamp;
  ContentHash content;
  std::uint64_t row = 0;

  std::string full_path() const { return vit_embed::full_path(root_path, path); }
};

/// Every live file, ordered by the root's path and the file's, bytewise. As the manifest is at one moment;
/// while `take` runs for them a writer cannot commit.
void for_each_live_file(const Manifest& manifest, const std::function<void(const LiveFile&)>& take);

/// Every live file, one after the other, in the same order; between two calls a writer can commit, and what
/// it changes behind the file that was last given is seen. One thread; the manifest must outlive it.
class LiveFileReader {
 public:
  explicit LiveFileReader(const Manifest& manifest);

  /// Nothing at the end.
  std::optional<LiveFile> next();

 private:
  bool read_page();

  const Manifest& manifest_;
  std::vector<Root> roots_;  ///< as they were at the beginning
  std::size_t root_ = 0;     ///< in roots_
  std::string last_path_;    ///< in this root
  std::vector<LiveFile> page_;
  std::size_t position_ = 0;  ///< in page_
};

}  // namespace vit_embed
