#pragma once

#include <cstdint>
#include <span>
#include <stop_token>

#include "base/download_progress.h"
#include "base/log.h"
#include "hub/hub_answer.h"
#include "hub/hub_cache.h"
#include "hub/hub_client.h"

namespace vit_embed {

/// What a download tells, and by whom it is ended.
struct DownloadControl {
  DownloadObserver on_progress;  ///< may be empty
  std::stop_token stop;
};

/// How many bytes are still to arrive of these files, less what earlier runs left of them; the largest number
/// where the sum is larger, for the sizes are what a server says. A size that is not known counts as nothing.
std::uint64_t count_missing_bytes(const HubCache& cache, std::span<const RemoteFile> files);

/// Brings a file's bytes into the cache as a blob, going on from what an earlier run left and trying again
/// what breaks off; waits for another process that is at the same blob. Size and SHA-256 are checked and the
/// blob is synced before it has its name. Blocks. Throws FatalError where what arrives is not what the Hub
/// announced, HubClient's errors, and StoppedError at a stop, which keeps the first bytes for the next run.
void download_blob(HubClient& client, const HubCache& cache, const RemoteFile& file,
                   const DownloadControl& control, const LogSink& log);

}  // namespace vit_embed
