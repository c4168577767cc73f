#include "output/partial_directory.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "output/publication.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "lock";

}  // namespace

void clear_partial(const fs::path& directory) {
  remove_file(directory / "journal");  // first: without it the rest is nothing
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().filename() != kLock) remove_file(entry->path());
  }
  if (error) throw FatalError(system_error_message("listing", directory, error.value()));
}

void remove_partial(const fs::path& directory) {
  remove_file(directory / "journal");
  remove_file(directory / kCompleteMarker);
  sync_directory(directory);
  clear_partial(directory);
  remove_file(directory / kLock);
  if (::rmdir(directory.c_str()) == 0 || errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT) return;
  throw FatalError(system_error_message("removing", directory, errno));
}

}  // namespace vit_embed
