#include "query/indexed_embeddings.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "formats/meta.h"
#include "formats/npy.h"
#include "output/output_spec.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

/// The rows that the header counts; behind them more may stand.
StoredRows rows_of(const fs::path& path, const NpyDescription& npy, std::span<const std::byte> file) {
  const std::optional<ElementType> type = npy.element_type();
  if (!type || npy.fortran_order || npy.shape.size() != 2 || npy.shape[1] == 0 ||
      npy.header_length % element_size(*type) != 0) {
    throw FatalError(fmt::format("'{}' does not hold rows of float32 or float16, [N, D]", path.native()));
  }
  StoredRows rows{{}, *type, npy.shape[1]};
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(npy.shape[0], npy.shape[1] * element_size(*type), &bytes) ||
      file.size() < npy.header_length || bytes > file.size() - npy.header_length) {
    throw FatalError(fmt::format("'{}' is shorter than its header says", path.native()));
  }
  rows.bytes = file.subspan(npy.header_length, bytes);
  return rows;
}

}  // namespace

IndexedEmbeddings map_embeddings(const fs::path& npy, const fs::path& index) {
  // The index first: a run that appends replaces it only after the header counts the rows that it names.
  auto names = std::make_unique<MappedFile>(index);
  const NpyDescription header = read_npy_header(npy);
  auto file = std::make_unique<MappedFile>(npy);
  const StoredRows rows = rows_of(npy, header, file->bytes());
  return {.source = npy,
          .file = std::move(file),
          .rows = rows,
          .names = RowNames(std::move(names), rows.count()),
          .fingerprint = std::nullopt,
          .max_pixels = kDefaultMaxPixels,
          .model = {}};
}

IndexedEmbeddings open_published_embeddings(const fs::path& npy) {
  const OutputFiles files = published_files(npy);
  IndexedEmbeddings embeddings = map_embeddings(npy, files.index);
  if (!is_present(files.meta)) return embeddings;
  const OutputMeta meta = read_output_meta(files.meta);
  if (meta.shape != std::vector<std::uint64_t>{embeddings.rows.count(), embeddings.rows.row_size} ||
      meta.fingerprint.dtype != embeddings.rows.type) {
    throw FatalError(fmt::format("'{}' is not the meta of '{}'", files.meta.native(), npy.native()));
  }
  embeddings.fingerprint = meta.fingerprint;
  embeddings.max_pixels = meta.max_pixels;
  return embeddings;
}

}  // namespace vit_embed
