#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hub/http_client.h"
#include "hub/hub_settings.h"

// What the Hub's answers say. A file is asked for at ENDPOINT/ID/resolve/REVISION/FILE, and the first answer,
// for a large file a redirect to where its bytes lie, carries
//
//   X-Repo-Commit    the commit that REVISION stands for
//   X-Linked-ETag    a large file's SHA-256; a small file has only an ETag, Git's hash of it as a blob, not
//                    checked, for some mirrors put other hashes there
//   X-Linked-Size    the file's size; without it, Content-Length
//   X-Error-Code     of a refusal: RepoNotFound, RevisionNotFound, EntryNotFound or GatedRepo
//   X-Error-Message  in words

namespace vit_embed {

/// What was asked for; stands in every message.
struct HubQuestion {
  std::string repository_id;
  std::string revision;
  std::string file;
};

/// One file of one commit.
struct RemoteFile {
  std::string name;
  std::string commit;
  std::string etag;  ///< without quotes; the name of its blob in the cache
  std::optional<std::uint64_t> size;
  std::string sha256;  ///< "" for a small file: only large ones are stored under theirs
};

/// Nothing where the answer is that there is no such file. Throws TransferError where it is to try later, and
/// FatalError with what to do about it where it is a refusal or no answer of a Hub at all.
std::optional<RemoteFile> read_answer(const HubSettings& settings, const HubQuestion& question,
                                      const HttpResponse& response);

/// For an answer that is neither the file nor a redirect to it. Throws as read_answer() does, and FatalError
/// where there is no such file.
[[noreturn]] void refuse_answer(const HubSettings& settings, const HubQuestion& question,
                                const HttpResponse& response);

}  // namespace vit_embed
