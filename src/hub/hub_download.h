#pragma once

#include <filesystem>
#include <string>

#include "base/log.h"
#include "hub/blob_download.h"
#include "hub/hub_settings.h"

namespace vit_embed {

/// A repository of the Hub on this machine.
struct LocalRepository {
  std::filesystem::path directory;  ///< of the snapshot, in the Hub's layout
  std::string commit;               ///< "" for a directory that is not the cache's
};

/// Which files of a repository, of which revision.
struct RepositoryRequest {
  std::string id;
  std::string revision = "main";  ///< a branch, a tag or a commit
  bool weights = true;            ///< else the two configurations alone
};

/// Brings a ViT's files of one commit into the Hub's cache: config.json, preprocessor_config.json where there
/// is one, model.safetensors or else model.safetensors.index.json and the files that it names. What the cache
/// has of the commit is not downloaded again; a whole commit that is there is not even asked for. Offline,
/// and where the Hub cannot be asked (which is said to `log`), it is the commit in the cache that `revision`
/// stood for. Blocks for the download. Throws FatalError with what to do about it, UsageError, and
/// StoppedError at a stop, which keeps what has arrived.
LocalRepository fetch_repository(const HubSettings& settings, const RepositoryRequest& request,
                                 const DownloadControl& control, const LogSink& log);

}  // namespace vit_embed
