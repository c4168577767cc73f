#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

// The Hub's cache, as Python's huggingface_hub lays it out: either uses what the other downloaded
// ================================================================================================
// Under CACHE/models--ORG--NAME:
//   blobs/ETAG              a file's bytes, under the ETag that the Hub gives: SHA-256 of a large file, Git's
//                           blob hash of a small one
//   blobs/ETAG.incomplete   its first bytes, while or after a download that broke off
//   snapshots/COMMIT/FILE   a symbolic link to ../../blobs/ETAG
//   refs/REVISION           the commit, without a newline, that a branch or tag was at when it was last asked
//                           for; REVISION may hold slashes
//   .no_exist/COMMIT/FILE   empty: the commit has no such file
// and CACHE/.locks/models--ORG--NAME/ETAG.lock, held (flock) while that blob is downloaded.

namespace vit_embed {

/// Whether a text can name one file or directory of the cache without leading out of it: letters, digits, and
/// -_. but no dot in front.
bool is_cache_name(std::string_view text);

/// Whether a text can be the id of a repository: ORG/NAME or NAME, in the characters that the Hub allows.
bool is_repository_id(const std::string& text);

/// Whether a text can name a branch, a tag or a commit: no component is empty, "." or "..".
bool is_revision(const std::string& text);

/// Whether a revision is a whole commit, 40 hexadecimal digits, which always names the same files.
bool is_commit(const std::string& revision);

/// What the cache has of one repository. Looking changes nothing and throws nothing; writing throws
/// FatalError.
class HubCache {
 public:
  HubCache(std::filesystem::path cache, const std::string& repository_id);

  /// The commit that `revision` stood for when it was last asked for; nothing where its snapshot is not
  /// there.
  std::optional<std::string> find_commit(const std::string& revision) const;
  std::filesystem::path snapshot(const std::string& commit) const;
  bool has(const std::string& commit, const std::string& file) const;
  /// Whether the Hub once said that the commit has no such file.
  bool is_known_missing(const std::string& commit, const std::string& file) const;

  std::filesystem::path blob(const std::string& etag) const;
  std::filesystem::path incomplete_blob(const std::string& etag) const;
  std::filesystem::path lock(const std::string& etag) const;

  /// Makes the directories that a download of `etag` into `commit` writes to.
  void prepare(const std::string& commit, const std::string& etag) const;
  /// Gives a blob that is there its name in a snapshot.
  void add_to_snapshot(const std::string& commit, const std::string& file, const std::string& etag) const;
  /// Spares the next run a question; a cache that cannot be written to is no error here.
  void remember_missing(const std::string& commit, const std::string& file) const;
  /// Records what `revision` stands for; a commit stands for itself and needs no record.
  void set_commit(const std::string& revision, const std::string& commit) const;

 private:
  std::filesystem::path cache_;
  std::string folder_;  // "models--ORG--NAME"
  std::filesystem::path repository_;
};

}  // namespace vit_embed
