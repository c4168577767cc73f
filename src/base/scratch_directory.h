#pragma once

#include <filesystem>

namespace vit_embed {

/// A new directory of our own below $TMPDIR, for files that nobody is to keep. The destructor removes it with
/// all that is in it.
class ScratchDirectory {
 public:
  /// Throws FatalError where it cannot be made.
  ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory();

  std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace vit_embed
