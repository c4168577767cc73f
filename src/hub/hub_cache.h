#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace vit_embed {

/// A repository of the Hub as its Python client left it on this machine.
struct CachedRepository {
  std::filesystem::path directory;  ///< of the snapshot, in the Hub's layout
  std::string revision;             ///< the commit
};

/// Whether a text can be the id of a repository: ORG/NAME or NAME, in the characters that the Hub allows.
bool is_repository_id(const std::string& text);

/// The repository's `main` in $HF_HUB_CACHE, else $HF_HOME/hub, else $XDG_CACHE_HOME/huggingface/hub, else
/// ~/.cache/huggingface/hub: models--ORG--NAME/refs/main names the commit, snapshots/COMMIT holds the files.
/// Nothing where it is not there.
std::optional<CachedRepository> find_in_hub_cache(const std::string& repository_id);

/// The cache that find_in_hub_cache() looks in.
std::filesystem::path hub_cache_directory();

}  // namespace vit_embed
