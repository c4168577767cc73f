#pragma once

#include <filesystem>

#include "base/mapped_file.h"
#include "output/compare_embeddings.h"

namespace vit_embed {

/// A published .npy of float32 rows [N, D] with its index, mapped read-only: its rows take no memory that
/// cannot be had back. Should the file shrink meanwhile, reading it raises SIGBUS.
class MappedEmbeddings {
 public:
  /// Throws FatalError naming the file where it is something else, or its index does not fit.
  explicit MappedEmbeddings(const std::filesystem::path& npy);

  /// Valid as long as this object.
  const EmbeddingTable& table() const { return table_; }

 private:
  MappedFile file_;
  EmbeddingTable table_;
};

}  // namespace vit_embed
