#include "hub/hub_download.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "hub/hub_cache.h"
#include "hub/hub_client.h"
#include "hub/hub_url.h"
#include "hub/shard_index.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "config.json";
constexpr const char* kProcessorConfig = "preprocessor_config.json";
constexpr const char* kWeights = "model.safetensors";
constexpr const char* kShardIndex = "model.safetensors.index.json";
constexpr const char* kPickle = "pytorch_model.bin";

/// Whether the cache has a model that can be read.
bool is_usable(const HubCache& cache, const std::string& commit, bool weights) {
  if (!cache.has(commit, kConfig)) return false;
  if (!weights || cache.has(commit, kWeights)) return true;
  if (!cache.has(commit, kShardIndex)) return false;
  const std::vector<std::string> shards = read_shard_names(cache.snapshot(commit) / kShardIndex);
  return std::ranges::all_of(shards, [&](const std::string& shard) { return cache.has(commit, shard); });
}

/// Whether the Hub could add nothing to it.
bool is_whole(const HubCache& cache, const std::string& commit, bool weights) {
  return is_usable(cache, commit, weights) &&
         (cache.has(commit, kProcessorConfig) || cache.is_known_missing(commit, kProcessorConfig));
}

/// What is there of a path that is yet to be made.
fs::path existing_part(const fs::path& path) {
  fs::path part = fs::absolute(path);
  while (!is_present(part) && part != part.parent_path()) part = part.parent_path();
  return part;
}

/// One commit of a repository on its way into the cache.
class CommitDownload {
 public:
  CommitDownload(const HubSettings& settings, HubClient& client, const HubCache& cache, std::string commit,
                 const DownloadControl& control, const LogSink& log)
      : settings_(settings),
        client_(client),
        cache_(cache),
        commit_(std::move(commit)),
        control_(control),
        log_(log) {}

  void fetch_all(bool weights) {
    require(kConfig);
    fetch_if_there(kProcessorConfig);
    if (!weights || fetch_if_there(kWeights)) return;
    if (!fetch_if_there(kShardIndex)) refuse_without_weights();
    fetch_shards();
  }

 private:
  void require(const std::string& file);
  /// Whether the commit has the file, which then is in the cache.
  bool fetch_if_there(const std::string& file);
  void fetch_shards();
  /// Nothing where the commit has no such file.
  std::optional<RemoteFile> find(const std::string& file);
  void check_disk(const std::vector<RemoteFile>& files) const;
  void download(const RemoteFile& file);
  [[noreturn]] void refuse_without_weights();

  const HubSettings& settings_;
  HubClient& client_;
  const HubCache& cache_;
  std::string commit_;
  const DownloadControl& control_;
  const LogSink& log_;
};

std::optional<RemoteFile> CommitDownload::find(const std::string& file) {
  if (cache_.is_known_missing(commit_, file)) return std::nullopt;
  std::optional<RemoteFile> remote = client_.find(commit_, file);
  if (!remote) cache_.remember_missing(commit_, file);
  return remote;
}

void CommitDownload::require(const std::string& file) {
  if (fetch_if_there(file)) return;
  throw FatalError(fmt::format("'{}' has no {} at commit {}", client_.repository_id(), file, commit_));
}

bool CommitDownload::fetch_if_there(const std::string& file) {
  if (cache_.has(commit_, file)) return true;
  const std::optional<RemoteFile> remote = find(file);
  if (!remote) return false;
  check_disk({*remote});
  download(*remote);
  return true;
}

void CommitDownload::fetch_shards() {
  std::vector<RemoteFile> missing;
  for (const std::string& shard : read_shard_names(cache_.snapshot(commit_) / kShardIndex)) {
    if (cache_.has(commit_, shard)) continue;
    const std::optional<RemoteFile> remote = find(shard);
    if (!remote) {
      throw FatalError(fmt::format("'{}' has no {} at commit {}, which its {} names", client_.repository_id(),
                                   shard, commit_, kShardIndex));
    }
    missing.push_back(*remote);
  }
  check_disk(missing);
  for (const RemoteFile& file : missing) download(file);
}

void CommitDownload::check_disk(const std::vector<RemoteFile>& files) const {
  const std::uint64_t needed = count_missing_bytes(cache_, files);
  const fs::path place = existing_part(settings_.cache);
  std::error_code error;
  const fs::space_info space = fs::space(place, error);
  if (error || space.available >= needed) return;
  throw FatalError(
      fmt::format("'{}': {:.1f} MiB are needed and {:.1f} MiB are free on the disk of the Hub's cache, "
                  "'{}'; HF_HUB_CACHE can name another",
                  client_.repository_id(), static_cast<double>(needed) / (1 << 20),
                  static_cast<double>(space.available) / (1 << 20), settings_.cache.native()));
}

void CommitDownload::download(const RemoteFile& file) {
  cache_.prepare(commit_, file.etag);
  download_blob(client_, cache_, file, control_, log_);
  cache_.add_to_snapshot(commit_, file.name, file.etag);
}

void CommitDownload::refuse_without_weights() {
  const std::string& id = client_.repository_id();
  if (!find(kPickle)) {
    throw FatalError(
        fmt::format("'{}' has neither {} nor {} at commit {}", id, kWeights, kShardIndex, commit_));
  }
  throw FatalError(fmt::format(
      "'{0}' has its weights in {1} alone, and a PyTorch pickle is not read; make a directory with "
      "safetensors of it and export that: python3 -c \"import transformers as t; "
      "t.ViTModel.from_pretrained('{0}')"
      ".save_pretrained('vit'); t.ViTImageProcessor.from_pretrained('{0}').save_pretrained('vit')\"",
      id, kPickle));
}

LocalRepository from_cache_alone(const HubSettings& settings, const RepositoryRequest& request,
                                 const HubCache& cache) {
  if (const auto commit = cache.find_commit(request.revision)) return {cache.snapshot(*commit), *commit};
  throw FatalError(
      fmt::format("'{}': no such directory or file, revision '{}' of it is not in the Hub's cache '{}', "
                  "and HF_HUB_OFFLINE forbids to ask the Hub",
                  request.id, request.revision, settings.cache.native()));
}

/// The commit that the revision stands for now.
std::string ask_for_commit(HubClient& client, const HubSettings& settings, const std::string& revision) {
  const std::optional<RemoteFile> config = client.find(revision, kConfig);
  if (config) return config->commit;
  throw FatalError(
      fmt::format("'{}' has no {} at revision '{}' on {}: check the id, and whether it is a model of "
                  "Transformers",
                  client.repository_id(), kConfig, revision, host_of(settings.endpoint)));
}

/// An error of an exchange as the user gets it.
std::string with_advice(const HubSettings& settings, const std::string& id, const TransferError& error) {
  switch (error.kind()) {
    case TransferError::Kind::unreachable:
      return fmt::format(
          "'{}': no such directory or file, and {} cannot be reached ({}): set https_proxy for a proxy, or "
          "HF_ENDPOINT for a mirror, or give a directory with config.json and model.safetensors",
          id, host_of(settings.endpoint), error.what());
    case TransferError::Kind::broken:
    case TransferError::Kind::server:
      return fmt::format("'{}': {}; what has arrived is kept, and the same command goes on from there", id,
                         error.what());
    case TransferError::Kind::permanent:
      break;
  }
  return fmt::format("'{}': {}", id, error.what());
}

}  // namespace

LocalRepository fetch_repository(const HubSettings& settings, const RepositoryRequest& request,
                                 const DownloadControl& control, const LogSink& log) {
  if (!is_revision(request.revision)) {
    throw UsageError(fmt::format("'{}' is no branch, tag or commit", request.revision));
  }
  const HubCache cache(settings.cache, request.id);
  if (settings.offline) return from_cache_alone(settings, request, cache);
  const std::optional<std::string> cached = cache.find_commit(request.revision);
  if (cached && is_commit(request.revision) && is_whole(cache, *cached, request.weights)) {
    return {cache.snapshot(*cached), *cached};
  }
  try {
    HubClient client(settings, request.id, RetryPolicy(), control.stop, log);
    std::string commit;
    try {
      commit = ask_for_commit(client, settings, request.revision);
    } catch (const TransferError& e) {
      if (e.kind() == TransferError::Kind::permanent) throw;
      if (!cached || !is_usable(cache, *cached, request.weights)) throw;
      log(LogLevel::warning,
          fmt::format("{}; taking '{}' at commit {} from the Hub's cache", e.what(), request.id, *cached));
      return {cache.snapshot(*cached), *cached};
    }
    CommitDownload(settings, client, cache, commit, control, log).fetch_all(request.weights);
    cache.set_commit(request.revision, commit);
    return {cache.snapshot(commit), commit};
  } catch (const TransferError& e) {
    throw FatalError(with_advice(settings, request.id, e));
  }
}

}  // namespace vit_embed
