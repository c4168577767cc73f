#pragma once

#include <cstdint>
#include <vector>

#include "store/manifest.h"

namespace vit_embed {

/// What a run does to the roots themselves.
struct RootChanges {
  std::vector<Root> added;    ///< with ids that no root has
  std::vector<Root> updated;  ///< another path, or another kind of folder, of a root that is known
  std::vector<Root> forgotten;

  bool empty() const { return added.empty() && updated.empty() && forgotten.empty(); }
};

/// In one transaction. The files of a forgotten root are forgotten with it; their rows stay until the store
/// is pruned.
void apply_root_changes(Manifest& manifest, const RootChanges& changes);

}  // namespace vit_embed
