#include "query/store_embeddings.h"

#include <fmt/format.h>

#include <system_error>

#include "base/error.h"

namespace vit_embed {

IndexedEmbeddings open_store_embeddings(const std::filesystem::path& store) {
  std::error_code error;
  const std::filesystem::path generation = std::filesystem::canonical(store / "current", error);
  if (error)
    throw FatalError(fmt::format("'{}' is not a store: current: {}", store.native(), error.message()));
  IndexedEmbeddings embeddings = map_embeddings(generation / "embeddings.npy", generation / "index.csv");
  embeddings.source = store;
  // TODO(store): fingerprint, max_pixels and model of generation / "manifest.sqlite"; without them the model
  // is not checked, and -m must be given.
  return embeddings;
}

}  // namespace vit_embed
