#include "output/mapped_embeddings.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "formats/csv.h"
#include "formats/npy.h"
#include "output/output_spec.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

/// The column `path` of an index, whatever columns stand beside it.
std::vector<std::string> read_names(const fs::path& index) {
  CsvReader reader(index);
  const std::vector<std::string> header = reader.next().value_or(std::vector<std::string>{});
  const auto column = static_cast<std::size_t>(std::ranges::find(header, "path") - header.begin());
  std::vector<std::string> names;
  while (std::optional<std::vector<std::string>> record = reader.next()) {
    if (column >= record->size()) throw FatalError(fmt::format("'{}' has no column path", index.native()));
    names.push_back(std::move((*record)[column]));
  }
  return names;
}

}  // namespace

MappedEmbeddings::MappedEmbeddings(const fs::path& npy) : file_(npy) {
  const NpyDescription header = read_npy_header(npy);
  if (header.element_type() != ElementType::float32 || header.fortran_order || header.shape.size() != 2 ||
      header.shape[1] == 0 || !header.is_complete() || header.header_length % sizeof(float) != 0) {
    throw FatalError(fmt::format("'{}' does not hold float32 rows", npy.native()));
  }
  table_.names = read_names(published_files(npy).index);
  table_.row_size = header.shape[1];
  if (table_.names.size() != header.shape[0]) {
    throw FatalError(
        fmt::format("'{}' has {} rows and its index {}", npy.native(), header.shape[0], table_.names.size()));
  }
  table_.values = {reinterpret_cast<const float*>(file_.bytes().data() + header.header_length),
                   header.shape[0] * header.shape[1]};
}

}  // namespace vit_embed
