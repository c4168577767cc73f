#include "base/scratch_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file_lock.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "vit-embed.";
/// A directory of such a name is ours only with this file in it, which it gets once it is locked.
constexpr const char* kMark = ".vit-embed-scratch";

FileDescriptor open_directory(const fs::path& path) {
  return FileDescriptor::try_open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

/// Also false where there are no locks.
bool can_lock(const FileDescriptor& directory) {
  try {
    return directory && try_lock(directory);
  } catch (const FatalError&) {
    return false;
  }
}

bool is_of_this_user(const FileDescriptor& directory) {
  struct stat status {};
  return ::fstat(directory.get(), &status) == 0 && status.st_uid == ::geteuid();
}

/// As far as it can be listed.
std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  return entries;
}

/// Its mark last, so that the next process goes on with it where this one is killed.
void remove_scratch(const fs::path& path) {
  std::error_code ignored;
  for (const fs::path& entry : entries_of(path)) {
    if (entry.filename() != kMark) fs::remove_all(entry, ignored);
  }
  fs::remove_all(path, ignored);
}

void remove_leftovers(const fs::path& parent) {
  for (const fs::path& entry : entries_of(parent)) {
    if (!entry.filename().native().starts_with(kPrefix)) continue;
    const FileDescriptor directory = open_directory(entry);
    if (!directory || !is_of_this_user(directory) || !can_lock(directory)) continue;
    if (is_present(entry / kMark)) remove_scratch(entry);
  }
}

}  // namespace

ScratchDirectory::ScratchDirectory() {
  const fs::path parent = fs::temp_directory_path();
  remove_leftovers(parent);
  std::string name = (parent / kPrefix).native() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw FatalError(system_error_message("creating", name, errno));
  path_ = name;
  lock_ = open_directory(path_);
  if (!can_lock(lock_)) return;      // without its mark it is not taken for a leftover
  ::fcntl(lock_.get(), F_SETFD, 0);  // no FD_CLOEXEC: a program that we start may outlive us
  FileDescriptor::try_open(path_ / kMark, O_WRONLY | O_CREAT | O_EXCL);
}

ScratchDirectory::~ScratchDirectory() {
  remove_scratch(path_);
}

}  // namespace vit_embed
