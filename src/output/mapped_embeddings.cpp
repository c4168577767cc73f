#include "output/mapped_embeddings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
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

std::span<const std::byte> map_file(const fs::path& path, std::size_t size) {
  const FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) throw FatalError(system_error_message("mapping", path, errno));
  return {static_cast<const std::byte*>(address), size};
}

}  // namespace

MappedEmbeddings::MappedEmbeddings(const fs::path& npy) {
  const NpyDescription header = read_npy_header(npy);
  if (header.descr != "<f4" || header.fortran_order || header.shape.size() != 2 || header.shape[1] == 0 ||
      !header.is_complete() || header.header_length % sizeof(float) != 0) {
    throw FatalError(fmt::format("'{}' does not hold float32 rows", npy.native()));
  }
  table_.names = read_names(published_files(npy).index);
  table_.row_size = header.shape[1];
  if (table_.names.size() != header.shape[0]) {
    throw FatalError(
        fmt::format("'{}' has {} rows and its index {}", npy.native(), header.shape[0], table_.names.size()));
  }
  mapping_ = map_file(npy, header.file_size);
  table_.values = {reinterpret_cast<const float*>(mapping_.data() + header.header_length),
                   header.shape[0] * header.shape[1]};
}

MappedEmbeddings::~MappedEmbeddings() {
  ::munmap(const_cast<std::byte*>(mapping_.data()), mapping_.size());
}

}  // namespace vit_embed
