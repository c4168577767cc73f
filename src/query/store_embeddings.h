#pragma once

#include <filesystem>

#include "query/indexed_embeddings.h"

namespace vit_embed {

/// The rows of a store (sync) as they are now: `current` is resolved once, so that rows and index are of one
/// generation whatever a sync does meanwhile. Throws FatalError naming what is missing or is something else.
IndexedEmbeddings open_store_embeddings(const std::filesystem::path& store);

}  // namespace vit_embed
