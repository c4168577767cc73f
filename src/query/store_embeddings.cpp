#include "query/store_embeddings.h"

#include <fmt/format.h>

#include "base/error.h"
#include "store/manifest.h"
#include "store/store_directory.h"

namespace vit_embed {

IndexedEmbeddings open_store_embeddings(const std::filesystem::path& store) {
  const GenerationFiles files(StoreDirectory(store).require_current());
  IndexedEmbeddings embeddings = map_embeddings(files.embeddings, files.index);
  const GenerationInfo info = Manifest(files.manifest, ManifestAccess::read).info();
  if (embeddings.rows.type != info.fingerprint.dtype || embeddings.rows.row_size != info.row_size) {
    throw FatalError(
        fmt::format("'{}' is not the manifest of '{}'", files.manifest.native(), files.embeddings.native()));
  }
  embeddings.source = store;
  embeddings.fingerprint = info.fingerprint;
  embeddings.max_pixels = info.max_pixels;
  embeddings.model = info.model_path;
  return embeddings;
}

}  // namespace vit_embed
