#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

// STORE: embeddings that are kept fresh
// =====================================
//   lock                        held by the one run that writes
//   current -> gen-0003         what readers resolve, once: `realpath STORE/current` names a directory whose
//                               files belong together, whatever a run does meanwhile
//   next -> gen-0004            the generation that a migration is building, for the same reader's eyes never
//   gen-0003/embeddings.npy     rows; more may be appended at any time, what is there stays as it is
//   gen-0003/index.csv          row,root,path of the live files, in the order of root and path; as it was at
//                               the end of the last run that ended, replaced whole. It names rows that the
//                               .npy's header counts, if it is opened first
//   gen-0003/manifest.sqlite    everything else (manifest.h)
//
// A generation is built under another name, gen-NNNN.new, and gets its name when it is whole. One that is no
// longer current is removed by a run that starts an hour after the switch, or later.

namespace vit_embed {

struct GenerationFiles {
  explicit GenerationFiles(const std::filesystem::path& generation)
      : embeddings(generation / "embeddings.npy"),
        index(generation / "index.csv"),
        manifest(generation / "manifest.sqlite") {}

  std::filesystem::path embeddings;
  std::filesystem::path index;
  std::filesystem::path manifest;
};

/// How long a generation that was current is kept for who has resolved it.
inline constexpr std::chrono::hours kSupersededKept{1};

/// Where generations stand and which of them counts. What changes something is for the holder of lock_path()
/// only. Throws FatalError.
class StoreDirectory {
 public:
  explicit StoreDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path lock_path() const { return path_ / "lock"; }
  /// Resolved; nothing where there is none. A link that leads nowhere is a FatalError.
  std::optional<std::filesystem::path> current() const { return resolve("current"); }
  std::optional<std::filesystem::path> next() const { return resolve("next"); }
  /// current(), without which this is no store: FatalError.
  std::filesystem::path require_current() const;

  /// A new generation, whole and durable when this returns, of the files that `build` makes in the directory
  /// that it is given.
  std::filesystem::path add_generation(const std::function<void(const std::filesystem::path&)>& build) const;
  /// One rename; readers see the one or the other.
  void set_current(const std::filesystem::path& generation) const { link("current", generation); }
  void set_next(const std::filesystem::path& generation) const { link("next", generation); }
  /// The migration is complete: next is current, and there is no next. One rename.
  void make_next_current() const;
  void abandon_next() const;

  /// Removes generations that no link names: what killed runs left, and what was current before,
  /// kSupersededKept after the switch. What holds other files than a generation's stays. Throws FatalError
  /// where there are rows but no current.
  void remove_leftovers() const;

 private:
  std::optional<std::filesystem::path> resolve(const char* name) const;
  void link(const char* name, const std::filesystem::path& generation) const;

  std::filesystem::path path_;
};

}  // namespace vit_embed
