#pragma once

#include <filesystem>
#include <span>

#include "output/compare_embeddings.h"

namespace vit_embed {

/// A published .npy of float32 rows [N, D] with its index, mapped read-only: its rows take no memory that
/// cannot be had back. Should the file shrink meanwhile, reading it raises SIGBUS.
class MappedEmbeddings {
 public:
  /// Throws FatalError naming the file where it is something else, or its index does not fit.
  explicit MappedEmbeddings(const std::filesystem::path& npy);
  MappedEmbeddings(const MappedEmbeddings&) = delete;
  MappedEmbeddings& operator=(const MappedEmbeddings&) = delete;
  ~MappedEmbeddings();

  /// Valid as long as this object.
  const EmbeddingTable& table() const { return table_; }

 private:
  std::span<const std::byte> mapping_;
  EmbeddingTable table_;
};

}  // namespace vit_embed
