#include "hub/hub_cache.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/file_descriptor.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

std::string folder_name(const std::string& repository_id) {
  std::string name = "models--" + repository_id;
  const std::size_t slash = name.find('/');
  if (slash != std::string::npos) name.replace(slash, 1, "--");
  return name;
}

void make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw FatalError(system_error_message("creating", path, error.value()));
}

}  // namespace

bool is_cache_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, is_allowed);
}

bool is_repository_id(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return is_cache_name(text);
  return is_cache_name(std::string_view(text).substr(0, slash)) &&
         is_cache_name(std::string_view(text).substr(slash + 1));
}

bool is_revision(const std::string& text) {
  if (text.empty() || text.front() == '/' || text.back() == '/' || text.find("//") != std::string::npos)
    return false;
  return std::ranges::none_of(fs::path(text),
                              [](const fs::path& part) { return part == "." || part == ".."; });
}

bool is_commit(const std::string& revision) {
  return revision.size() == 40 && revision.find_first_not_of("0123456789abcdef") == std::string::npos;
}

HubCache::HubCache(fs::path cache, const std::string& repository_id)
    : cache_(std::move(cache)), folder_(folder_name(repository_id)), repository_(cache_ / folder_) {}

std::optional<std::string> HubCache::find_commit(const std::string& revision) const {
  std::string commit = revision;
  if (!is_commit(revision)) {
    std::ifstream reference(repository_ / "refs" / revision);
    if (!(reference >> commit) || !is_cache_name(commit)) return std::nullopt;
  }
  std::error_code ignored;
  return fs::is_directory(snapshot(commit), ignored) ? std::optional(commit) : std::nullopt;
}

fs::path HubCache::snapshot(const std::string& commit) const {
  return repository_ / "snapshots" / commit;
}

bool HubCache::has(const std::string& commit, const std::string& file) const {
  return is_present(snapshot(commit) / file);
}

bool HubCache::is_known_missing(const std::string& commit, const std::string& file) const {
  return is_present(repository_ / ".no_exist" / commit / file);
}

fs::path HubCache::blob(const std::string& etag) const {
  return repository_ / "blobs" / etag;
}

fs::path HubCache::incomplete_blob(const std::string& etag) const {
  return repository_ / "blobs" / (etag + ".incomplete");
}

fs::path HubCache::lock(const std::string& etag) const {
  return cache_ / ".locks" / folder_ / (etag + ".lock");
}

void HubCache::prepare(const std::string& commit, const std::string& etag) const {
  for (const fs::path& path : {blob(etag), snapshot(commit) / "file", lock(etag)}) {
    make_directories(path.parent_path());
  }
}

void HubCache::add_to_snapshot(const std::string& commit, const std::string& file,
                               const std::string& etag) const {
  const fs::path link = snapshot(commit) / file;
  const fs::path target = fs::path("..") / ".." / "blobs" / etag;
  // Removed first: a link whose blob was deleted is there and leads nowhere.
  std::error_code error;
  if (!is_present(link)) fs::remove(link, error);
  fs::create_symlink(target, link, error);
  // Another export that downloaded the same may have made it meanwhile.
  if (error && !is_present(link)) throw FatalError(system_error_message("linking", link, error.value()));
}

void HubCache::remember_missing(const std::string& commit, const std::string& file) const {
  const fs::path mark = repository_ / ".no_exist" / commit / file;
  std::error_code ignored;
  fs::create_directories(mark.parent_path(), ignored);
  std::ofstream(mark, std::ios::app);
}

void HubCache::set_commit(const std::string& revision, const std::string& commit) const {
  if (revision == commit) return;
  const fs::path reference = repository_ / "refs" / revision;
  std::ifstream current(reference);
  if (std::string(std::istreambuf_iterator<char>(current), {}) == commit) return;
  make_directories(reference.parent_path());
  write_file_atomically(reference, commit);
}

}  // namespace vit_embed
