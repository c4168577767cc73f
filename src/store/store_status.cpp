#include "store/store_status.h"

#include "store/database.h"

namespace vit_embed {
namespace {

std::uint64_t count(const Manifest& manifest, const char* sql) {
  return with_database(manifest.path(),
                       [&] { return static_cast<std::uint64_t>(query_int(manifest.database(), sql)); });
}

GenerationStatus read_generation_status(const std::filesystem::path& generation) {
  const Manifest manifest(GenerationFiles(generation).manifest, ManifestAccess::read);
  return with_database(manifest.path(), [&] {
    const SQLite::Transaction one_moment(manifest.database());
    GenerationStatus status{
        .path = generation,
        .info = manifest.info(),
        .counts = manifest.count_files(),
        .permanent_failures =
            count(manifest, "SELECT count(*) FROM files WHERE status = 'failed' AND kind = 'permanent'"),
        .unseen = count(manifest, "SELECT count(*) FROM files WHERE status = 'live' AND reason IS NOT NULL"),
        .rows = manifest.row_count(),
        .dead_rows = manifest.count_dead_rows(),
        .roots = {},
        .last_run = manifest.last_run(),
        .last_done = manifest.last_done()};
    for (Root& root : manifest.roots()) {
      const FileCounts counts = manifest.count_files(root.id);
      status.roots.push_back({std::move(root), counts});
    }
    return status;
  });
}

}  // namespace

StoreStatus read_store_status(const StoreDirectory& store) {
  StoreStatus status{.current = read_generation_status(store.require_current()),
                     .next = {},
                     .run = find_lock_holder(store.lock_path())};
  if (const std::optional<std::filesystem::path> next = store.next())
    status.next = read_generation_status(*next);
  return status;
}

}  // namespace vit_embed
