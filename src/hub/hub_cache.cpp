#include "hub/hub_cache.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

/// An environment variable; "" counts as not set.
std::optional<fs::path> environment_path(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<fs::path>(value);
}

/// "models--ORG--NAME".
std::string folder_name(const std::string& repository_id) {
  std::string name = "models--" + repository_id;
  const std::size_t slash = name.find('/');
  if (slash != std::string::npos) name.replace(slash, 1, "--");
  return name;
}

bool is_name(std::string_view text) {
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, is_allowed);
}

}  // namespace

bool is_repository_id(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return is_name(text);
  return is_name(std::string_view(text).substr(0, slash)) &&
         is_name(std::string_view(text).substr(slash + 1));
}

fs::path hub_cache_directory() {
  if (const auto cache = environment_path("HF_HUB_CACHE")) return *cache;
  if (const auto home = environment_path("HF_HOME")) return *home / "hub";
  if (const auto cache = environment_path("XDG_CACHE_HOME")) return *cache / "huggingface" / "hub";
  return environment_path("HOME").value_or("/root") / ".cache" / "huggingface" / "hub";
}

std::optional<CachedRepository> find_in_hub_cache(const std::string& repository_id) {
  if (!is_repository_id(repository_id)) return std::nullopt;
  const fs::path repository = hub_cache_directory() / folder_name(repository_id);
  std::ifstream reference(repository / "refs" / "main");
  std::string commit;
  if (!(reference >> commit) || !is_name(commit)) return std::nullopt;
  const fs::path snapshot = repository / "snapshots" / commit;
  std::error_code ignored;
  if (!fs::is_directory(snapshot, ignored)) return std::nullopt;
  return CachedRepository{snapshot, commit};
}

}  // namespace vit_embed
