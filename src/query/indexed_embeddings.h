#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/mapped_file.h"
#include "formats/decode_options.h"
#include "formats/fingerprint.h"
#include "formats/stored_rows.h"
#include "query/row_names.h"

namespace vit_embed {

/// Embeddings that can be searched: rows, mapped, with their names, and what is known of how they were made.
struct IndexedEmbeddings {
  std::filesystem::path source;      ///< as the user gave it, for messages
  std::unique_ptr<MappedFile> file;  ///< that `rows` stands in
  StoredRows rows;
  RowNames names;
  std::optional<Fingerprint> fingerprint;        ///< nothing where it is not known
  std::uint64_t max_pixels = kDefaultMaxPixels;  ///< of an image that has a row
  std::filesystem::path model;                   ///< that made the rows; empty where it is not known
};

/// Rows out of the files that hold them, without a fingerprint: an .npy of float32 or float16 [N, D], of
/// which the header's N rows count, and their index. Throws FatalError naming the file that is something
/// else, or shorter.
IndexedEmbeddings map_embeddings(const std::filesystem::path& npy, const std::filesystem::path& index);

/// An .npy as extract publishes it, with its index and, where it is there, its meta. Throws FatalError as
/// map_embeddings() does, and where the meta is not that of the file.
IndexedEmbeddings open_published_embeddings(const std::filesystem::path& npy);

}  // namespace vit_embed
