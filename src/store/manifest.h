#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "formats/decode_options.h"
#include "formats/fingerprint.h"
#include "formats/meta.h"
#include "store/file_status.h"

// GENERATION/manifest.sqlite: which row is whose
// ==============================================
// An SQLite database with a rollback journal, so that it can be read on any file system. Anyone may read it
// at any time; one writer at a time, which holds STORE/lock. `application_id` is 0x76697465 ("vite"),
// `user_version` the schema's version. Paths are bytes as the file system has them, stored as TEXT whether
// they are UTF-8 or not.
//
//   generation  one record: what the rows are, and how many of them are committed
//     fingerprint      JSON (fingerprint.h);  fingerprint_id  SHA-256 of it
//     row_size         numbers in a row
//     max_pixels       the size above which an image failed, in the last run
//     model_path       of the last run, absolute; model_source, model_revision, random_weights: for people
//     row_count        rows of embeddings.npy that count; what the file has behind them is of a run that was
//                      killed, and is overwritten
//     changes          raised by every transaction that changes which rows are live, or whose they are
//     indexed_changes  `changes` as it was when index.csv was written
//   builds      id; build: JSON of what computed rows (meta.h)
//   roots       id; path: absolute; mount_point: whether it was one when it was last scanned
//   rows        row: from 0; content: SHA-256 of the encoded image, 32 bytes; xxh3: of the row's bytes, as a
//               signed number; build: builds.id
//   files       root: roots.id; path: relative to it; size, mtime_ns, ctime_ns: as they were when it was
//               read, ctime_ns 0 where it has to be looked at again; content; row: rows.row, where it has
//               one; status; reason, kind: of a failure (sidecars.h)
//               status  "live"     has a row; a reason says why it could not be looked at since
//                       "failed"   has none, for `reason`; a path that ends in '/' is a folder
//                       "deleted"  was there; it and its row are kept until the store is pruned
//                       "pending"  known from the generation before, and not embedded yet: a migration
//   runs        started, finished: seconds since the epoch; outcome: "done" or "stopped"; added,
//               changed, renamed, revived, deleted, failed: files; the last kRunsKept
//   live        a view: row, root, path, size, mtime_ns, content (hexadecimal) of every live file
//
// Two files of one content share a row.
//
// History: 1, the first.

namespace SQLite {
class Database;
}

namespace vit_embed {

inline constexpr int kManifestVersion = 1;
inline constexpr int kRunsKept = 1000;

/// SHA-256 of an encoded image, 32 bytes.
using ContentHash = std::string;

/// By what a file is taken for unchanged.
struct FileStamp {
  std::uint64_t size = 0;     ///< bytes
  std::int64_t mtime_ns = 0;  ///< nanoseconds since the epoch
  std::int64_t ctime_ns = 0;  ///< likewise; 0, which no file has: it has to be looked at again

  bool operator==(const FileStamp&) const = default;
};

/// A folder whose images the store has.
struct Root {
  std::int64_t id = 0;
  std::string path;          ///< absolute
  bool mount_point = false;  ///< when it was last scanned
};

/// What the rows of a generation are.
struct GenerationInfo {
  Fingerprint fingerprint;
  std::uint64_t row_size = 0;  ///< numbers in a row
  std::uint64_t max_pixels = kDefaultMaxPixels;
  std::string model_path;  ///< absolute
  std::string model_source;
  std::string model_revision;
  bool random_weights = false;

  /// Length of a row in the file.
  std::uint64_t row_bytes() const { return row_size * element_size(fingerprint.dtype); }
  bool operator==(const GenerationInfo&) const = default;
};

struct FileCounts {
  std::uint64_t live = 0;
  std::uint64_t failed = 0;
  std::uint64_t deleted = 0;
  std::uint64_t pending = 0;

  /// Of the files that are there, those that have a row; 1 where there are none.
  double coverage() const;
};

/// What a run did, in files.
struct ChangeCounts {
  std::uint64_t added = 0;
  std::uint64_t changed = 0;  ///< other bytes under the same path
  std::uint64_t renamed = 0;  ///< the bytes of a file that is gone under a new path
  std::uint64_t revived = 0;  ///< the bytes of a file that was marked deleted
  std::uint64_t deleted = 0;
  std::uint64_t failed = 0;        ///< in this run
  std::uint64_t new_failures = 0;  ///< of these, those that had not failed likewise the last time

  ChangeCounts& operator+=(const ChangeCounts& other);
  bool operator==(const ChangeCounts&) const = default;
};

struct RunEntry {
  std::int64_t started = 0;   ///< seconds since the epoch
  std::int64_t finished = 0;  ///< likewise
  std::string outcome;        ///< "done" or "stopped"
  ChangeCounts counts;        ///< but new_failures
};

enum class ManifestAccess { read, write };

/// One generation's manifest. One thread at a time. Throws FatalError where the database is damaged or not
/// ours, BusyError where another process holds it for longer than a minute, a writer ten; both name
/// the file.
class Manifest {
 public:
  /// A new one, at a path where nothing is.
  static Manifest create(const std::filesystem::path& path, const GenerationInfo& info);
  Manifest(std::filesystem::path path, ManifestAccess access);
  Manifest(Manifest&&) noexcept;
  Manifest& operator=(Manifest&&) noexcept;
  ~Manifest();

  GenerationInfo info() const;
  /// The model's path and what a run is free to change of the rest; the fingerprint stays.
  void update_info(const GenerationInfo& info);
  std::uint64_t row_count() const;
  /// Whether index.csv tells what the manifest does.
  bool is_indexed() const;
  void set_indexed();

  std::vector<Root> roots() const;
  FileCounts count_files() const;
  FileCounts count_files(std::int64_t root) const;
  std::uint64_t count_dead_rows() const;

  /// Of the last run, and of the last that was done.
  std::optional<RunEntry> last_run() const;
  std::optional<RunEntry> last_done() const;
  void add_run(const RunEntry& run);

  const std::filesystem::path& path() const { return path_; }
  SQLite::Database& database() const { return *database_; }

 private:
  Manifest(std::filesystem::path path, std::unique_ptr<SQLite::Database> database);
  std::optional<RunEntry> find_run(const char* condition) const;

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace vit_embed
