#pragma once

#include <filesystem>

#include "query/indexed_embeddings.h"

namespace vit_embed {

/// The rows of a store (sync) as they are now, and its last run's model: `current` is resolved once, so that
/// all is of one generation whatever a sync does meanwhile. Rows that the index does not name yet are dead
/// ones here. Throws FatalError naming what is missing or is something else.
IndexedEmbeddings open_store_embeddings(const std::filesystem::path& store);

}  // namespace vit_embed
