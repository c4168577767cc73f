#pragma once

#include <cstdint>
#include <functional>
#include <string>

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

}  // namespace vit_embed
