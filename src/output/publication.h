#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "formats/meta.h"
#include "output/output_spec.h"

// How an output gets its names
// ============================
// In X.partial every feature F has F.rows, F.index.csv, F.failures.csv, F.inputs.csv and F.meta.json, whole
// and synced, when the file `complete` appears there: that is the moment from which the run is done, whatever
// happens. Then, for each feature: an older output's meta is removed, rows, index, failures and inputs are
// renamed, and the meta is renamed last. Then X.partial is removed. Each step is synced before the next, and
// all can be repeated: whoever finds `complete` carries on.

namespace vit_embed {

/// In X.partial, once the run is done.
inline constexpr const char* kCompleteMarker = "complete";

/// The files of a feature in X.partial.
OutputFiles partial_files(const std::filesystem::path& path, Feature feature);

/// Declares X.partial complete. Everything in it must be synced.
void mark_complete(const std::filesystem::path& path);

/// Where X.partial is complete, gives its files their final names and removes it; else does nothing. The
/// caller holds the lock. Returns whether there was something to finish. Throws FatalError.
bool finish_publication(const std::filesystem::path& path);

/// The metas of a finished output, one a feature; nothing where any of its files is missing or not as long as
/// it should be.
std::optional<std::vector<OutputMeta>> read_published(const OutputSpec& spec);

/// read_published() where what stands there is what this run would make; else nothing.
std::optional<std::vector<OutputMeta>> find_up_to_date(const OutputSpec& spec,
                                                       const std::string& inputs_digest);

}  // namespace vit_embed
