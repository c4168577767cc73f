#include "store/store_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/nearest_name.h"
#include "store/manifest.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "gen-";
constexpr std::string_view kUnfinished = ".new";

/// Of "gen-0012" and "gen-0012.new": 12; nothing for other names.
std::optional<std::uint64_t> number_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  if (name.ends_with(kUnfinished)) name.remove_suffix(kUnfinished.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

struct FoundGeneration {
  std::uint64_t number;
  fs::path path;
  bool finished;
};

std::vector<FoundGeneration> find_generations(const fs::path& store) {
  std::vector<FoundGeneration> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(store)) {
    const std::string name = entry.path().filename().native();
    if (const std::optional<std::uint64_t> number = number_of(name))
      found.push_back({*number, entry.path(), !name.ends_with(kUnfinished)});
  }
  return found;
}

/// Whether nothing but a generation's files stands there, finished or not.
bool holds_ours_alone(const fs::path& generation) {
  static constexpr std::array<std::string_view, 5> kOurs{
      "embeddings.npy", "index.csv", ".index.csv.unfinished", "manifest.sqlite", "manifest.sqlite-journal"};
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(generation, error)) {
    if (std::ranges::find(kOurs, entry.path().filename().native()) == kOurs.end()) return false;
  }
  return !error;
}

/// Where there is no current, a first run was killed before it had one; or the link was lost, and with it the
/// rows would be.
void require_empty(const fs::path& generation) {
  const fs::path manifest = GenerationFiles(generation).manifest;
  if (!is_present(manifest) || Manifest(manifest, ManifestAccess::read).row_count() == 0) return;
  throw FatalError(fmt::format("'{}' has rows but the store has no 'current': ln -s {} '{}' mends it",
                               generation.native(), generation.filename().native(),
                               (generation.parent_path() / "current").native()));
}

/// When the link itself was made.
std::chrono::system_clock::time_point link_time(const fs::path& link) {
  struct stat status {};
  if (::lstat(link.c_str(), &status) != 0) return std::chrono::system_clock::now();
  return std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
}

}  // namespace

std::optional<fs::path> StoreDirectory::resolve(const char* name) const {
  const fs::path link = path_ / name;
  struct stat status {};
  if (::lstat(link.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::nullopt;
    throw FatalError(system_error_message("looking at", link, errno));
  }
  if (!S_ISLNK(status.st_mode)) {
    throw FatalError(
        fmt::format("'{}' is no link, as in a store that was copied without its links: ln -sfn "
                    "gen-NNNN '{}' mends it",
                    link.native(), link.native()));
  }
  std::error_code error;
  fs::path generation = fs::canonical(link, error);
  if (error) throw FatalError(fmt::format("'{}' leads nowhere: {}", link.native(), error.message()));
  return generation;
}

fs::path StoreDirectory::require_current() const {
  if (std::optional<fs::path> generation = current()) return *std::move(generation);
  if (!is_present(path_))
    throw FatalError(fmt::format("there is no store '{}'{}", path_.native(), did_you_mean(path_)));
  throw FatalError(fmt::format("'{}' is not a store: it has no 'current'", path_.native()));
}

fs::path StoreDirectory::add_generation(const std::function<void(const fs::path&)>& build) const {
  std::uint64_t last = 0;
  for (const FoundGeneration& found : find_generations(path_)) last = std::max(last, found.number);
  fs::path generation = path_ / fmt::format("{}{:04}", kPrefix, last + 1);
  const fs::path unfinished = generation.native() + std::string(kUnfinished);
  fs::create_directory(unfinished);
  build(unfinished);
  sync_directory(unfinished);
  rename_file(unfinished, generation);
  sync_directory(path_);
  return generation;
}

void StoreDirectory::link(const char* name, const fs::path& generation) const {
  const fs::path unfinished = path_ / (name + std::string(kUnfinished));
  remove_file(unfinished);
  fs::create_symlink(generation.filename(), unfinished);
  rename_file(unfinished, path_ / name);
  sync_directory(path_);
}

void StoreDirectory::make_next_current() const {
  // A renamed link keeps its time, and by that of current it is known when the switch was.
  if (::utimensat(AT_FDCWD, (path_ / "next").c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0)
    throw FatalError(system_error_message("touching", path_ / "next", errno));
  rename_file(path_ / "next", path_ / "current");
  sync_directory(path_);
}

void StoreDirectory::abandon_next() const {
  remove_file(path_ / "next");
  sync_directory(path_);
}

void StoreDirectory::remove_leftovers() const {
  for (const char* name : {"current", "next"}) remove_file(path_ / (name + std::string(kUnfinished)));
  const std::optional<fs::path> current = this->current();
  const std::optional<fs::path> next = this->next();
  const std::optional<std::uint64_t> now = current ? number_of(current->filename().native()) : std::nullopt;
  const bool switched_long_ago =
      std::chrono::system_clock::now() - link_time(path_ / "current") >= kSupersededKept;
  for (const FoundGeneration& found : find_generations(path_)) {
    if (current && found.path.filename() == current->filename()) continue;
    if (next && found.path.filename() == next->filename()) continue;
    if (!current && found.finished) require_empty(found.path);
    const bool was_current = found.finished && now && found.number < *now;
    std::error_code still_used;  // on NFS by who has mapped it: the next run's turn
    if ((!was_current || switched_long_ago) && holds_ours_alone(found.path))
      fs::remove_all(found.path, still_used);
  }
}

}  // namespace vit_embed
