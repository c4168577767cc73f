#include "formats/file_hash_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include <cstdlib>
#include <optional>
#include <span>

#include "base/atomic_file.h"
#include "base/file_descriptor.h"
#include "formats/digest.h"
#include "formats/json_fields.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFormatVersion = 1;
constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * kSecond + time.tv_nsec;
}

std::optional<fs::path> cache_directory() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "vit-embed";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return fs::path(home) / ".cache" / "vit-embed";
  return std::nullopt;
}

fs::path entry_path(const fs::path& directory, const std::string& file) {
  return directory / (xxh3_hex(std::as_bytes(std::span(file))) + ".json");
}

/// All that has to be the same for the hash to be.
json identity_of(const fs::path& file) {
  const FileDescriptor fd = FileDescriptor::open(file, O_RDONLY);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw FatalError(system_error_message("reading", file, errno));
  return {{"format_version", kFormatVersion},
          {"path", file.native()},
          {"size", status.st_size},
          {"mtime_ns", nanoseconds(status.st_mtim)},
          {"ctime_ns", nanoseconds(status.st_ctim)},
          {"inode", status.st_ino}};
}

std::optional<std::string> look_up(const fs::path& entry, const json& identity) {
  if (!is_present(entry)) return std::nullopt;
  try {
    return parse_json_file(entry, [&](json j) -> std::optional<std::string> {
      const auto sha256 = j.at("sha256").get<std::string>();
      j.erase("sha256");
      return j == identity ? std::optional(sha256) : std::nullopt;
    });
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_settled(const json& identity) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const auto changed =
      std::max(identity.at("mtime_ns").get<std::int64_t>(), identity.at("ctime_ns").get<std::int64_t>());
  return changed < nanoseconds(now) - 2 * kSecond;
}

void remember(const fs::path& entry, json identity, const std::string& sha256) {
  try {
    fs::create_directories(entry.parent_path());
    identity["sha256"] = sha256;
    write_file_atomically(entry, dump_json(identity));
  } catch (const Error&) {  // a read-only home is none of the user's concern here
  } catch (const fs::filesystem_error&) {
  }
}

}  // namespace

std::string cached_sha256_of_file(const fs::path& path) {
  const fs::path file = fs::absolute(path);
  const json identity = identity_of(file);
  const std::optional<fs::path> directory = cache_directory();
  if (directory) {
    if (std::optional<std::string> known = look_up(entry_path(*directory, file.native()), identity))
      return *known;
  }
  const bool settled = is_settled(identity);
  std::string sha256 = sha256_hex_of_file(file);
  if (directory && settled && identity_of(file) == identity) {
    remember(entry_path(*directory, file.native()), identity, sha256);
  }
  return sha256;
}

}  // namespace vit_embed
