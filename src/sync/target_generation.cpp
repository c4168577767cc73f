#include "sync/target_generation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <optional>

#include "base/error.h"
#include "store/generation_builder.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

GenerationInfo info_of(const fs::path& generation) {
  return Manifest(GenerationFiles(generation).manifest, ManifestAccess::read).info();
}

std::string how_they_differ(const Fingerprint& then, const Fingerprint& now) {
  return fmt::format("{} (fingerprint {} then, {} now)", fmt::join(differences(then, now), "; "),
                     then.id().substr(0, 12), now.id().substr(0, 12));
}

/// A generation that `build` makes: in the store, or for a dry run elsewhere.
TargetGeneration make_generation(const StoreDirectory& store, const TargetOptions& options,
                                 const std::function<void(const fs::path&)>& build) {
  TargetGeneration target;
  if (options.dry_run) {
    target.scratch = std::make_unique<ScratchDirectory>();
    target.path = target.scratch->path();
    build(target.path);
  } else {
    target.path = store.add_generation(build);
  }
  return target;
}

TargetGeneration make_first(const StoreDirectory& store, const GenerationInfo& info,
                            const TargetOptions& options) {
  TargetGeneration target = make_generation(
      store, options, [&](const fs::path& directory) { build_empty_generation(directory, info); });
  if (!options.dry_run) store.set_current(target.path);
  return target;
}

TargetGeneration make_next(const StoreDirectory& store, const GenerationInfo& info, const fs::path& current,
                           const TargetOptions& options) {
  const Manifest before(GenerationFiles(current).manifest, ManifestAccess::read);
  TargetGeneration target = make_generation(
      store, options, [&](const fs::path& directory) { build_pending_generation(directory, info, before); });
  if (!options.dry_run) store.set_next(target.path);
  target.is_next = true;
  return target;
}

}  // namespace

TargetGeneration choose_target(const StoreDirectory& store, const GenerationInfo& info,
                               const TargetOptions& options) {
  const std::optional<fs::path> current = store.current();
  if (!current) return make_first(store, info, options);
  const std::optional<fs::path> next = options.abandon_migration ? std::nullopt : store.next();
  const Fingerprint now = info_of(*current).fingerprint;
  if (now == info.fingerprint) return {.path = *current, .is_next = false, .scratch = nullptr};
  if (!options.migrate) {
    throw RefusedError(
        fmt::format("the rows of '{}' are not what would be written: {}. --migrate builds a store of the new "
                    "ones beside it and then switches over",
                    store.path().native(), how_they_differ(now, info.fingerprint)));
  }
  if (!next) return make_next(store, info, *current, options);
  const Fingerprint target = info_of(*next).fingerprint;
  if (target == info.fingerprint) return {.path = *next, .is_next = true, .scratch = nullptr};
  throw RefusedError(
      fmt::format("'{}' is being migrated to other rows than would be written: {}. --abandon-migration drops "
                  "what that migration has",
                  store.path().native(), how_they_differ(target, info.fingerprint)));
}

}  // namespace vit_embed
