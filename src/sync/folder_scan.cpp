#include "sync/folder_scan.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "inputs/byte_source.h"

namespace vit_embed {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::int64_t now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return nanoseconds(time);
}

/// Whether it may change once more without getting another time stamp. One far in the future may not.
bool is_recent(std::int64_t time, std::chrono::seconds settling_time) {
  return std::abs(now() - time) < std::chrono::nanoseconds(settling_time).count();
}

FileStamp stamp_of(const struct stat& status, std::chrono::seconds settling_time) {
  FileStamp stamp{static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
                  nanoseconds(status.st_ctim)};
  if (is_recent(stamp.mtime_ns, settling_time) || is_recent(stamp.ctime_ns, settling_time))
    stamp.ctime_ns = 0;
  return stamp;
}

std::string reason_of(int error) {
  return std::generic_category().message(error);
}

/// As reading it would fail now, if at its first byte.
std::optional<std::string> why_unreadable(const std::string& path) {
  const FileDescriptor file = FileDescriptor::try_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  char byte = 0;
  if (!file || ::pread(file.get(), &byte, 1, 0) < 0) return reason_of(errno);
  return std::nullopt;
}

void scan_file(const std::string& full_path, const std::string& path, std::chrono::seconds settling_time,
               RootScan& scan) {
  struct stat status {};
  if (::stat(full_path.c_str(), &status) == 0) {
    scan.file(path, stamp_of(status, settling_time), [&] { return why_unreadable(full_path); });
    return;
  }
  const int error = errno;
  // What went away since its folder was listed is gone; a link that leads nowhere is still there.
  if (error == ENOENT && ::lstat(full_path.c_str(), &status) != 0) return;
  scan.unreadable(path, reason_of(error));
}

/// Which folder stands at a path now.
std::pair<dev_t, ino_t> identity_of(const std::string& path) {
  struct stat status {};
  if (::stat((path + "/").c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

bool is_link(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

}  // namespace

RootScanCounts scan_folder(const Root& root, FolderOptions options, std::chrono::seconds settling_time,
                           RootScan& scan, std::stop_token stop) {
  options.broken_links = true;
  const auto before = identity_of(root.path);
  FolderStream files(root.path, options);
  const std::size_t prefix = root.path.ends_with('/') ? root.path.size() : root.path.size() + 1;
  while (!stop.stop_requested()) {
    const std::optional<Input> input = files.next();
    if (!input) {
      if (identity_of(root.path) == before) return scan.finish();
      throw RefusedError(fmt::format(
          "'{}' became another folder while it was scanned: was it unmounted? Nothing was changed",
          root.path));
    }
    const std::string path = input->name.substr(std::min(prefix, input->name.size()));
    const auto* folder = dynamic_cast<const FailedSource*>(input->source.get());
    if (folder == nullptr) {
      scan_file(input->name, path, settling_time, scan);
    } else if (path.empty()) {
      throw RefusedError(fmt::format("'{}': {}. Nothing was changed", root.path, folder->reason()));
    } else if (is_link(input->name.substr(0, input->name.size() - 1))) {
      scan.broken_link(path, folder->reason());
    } else {
      scan.unlistable(path, folder->reason());
    }
  }
  return {};
}

}  // namespace vit_embed
