#include "store/store_check.h"

#include <optional>

#include "base/error.h"
#include "store/index_check.h"
#include "store/manifest_check.h"
#include "store/row_check.h"

namespace vit_embed {
namespace {

/// What cannot be read at all is one problem, which costs this look alone.
template <class Look>
void attempt(CheckReport& report, Look look) {
  try {
    look();
  } catch (const FatalError& error) {
    report.add("unreadable", [&] { return std::string(error.what()); });
  }
}

void check_generation(const std::filesystem::path& generation, StoreCheck& check) {
  const GenerationFiles files(generation);
  attempt(check.report, [&] {
    const Manifest manifest(files.manifest, ManifestAccess::read);
    attempt(check.report, [&] { check_database(manifest, check.report); });
    attempt(check.report, [&] { check.files += check_files(manifest, check.report); });
    attempt(check.report, [&] { check.rows += check_rows(manifest, files.embeddings, check.report); });
    check_index(manifest, files.index, check.report);
  });
}

}  // namespace

StoreCheck check_store(const StoreDirectory& store) {
  StoreCheck check;
  check_generation(store.require_current(), check);
  if (const std::optional<std::filesystem::path> next = store.next()) check_generation(*next, check);
  return check;
}

}  // namespace vit_embed
