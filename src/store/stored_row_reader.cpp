#include "store/stored_row_reader.h"

#include <fcntl.h>
#include <fmt/format.h>

#include "base/error.h"
#include "formats/npy.h"
#include "store/database.h"

namespace vit_embed {

StoredRowReader::StoredRowReader(const std::filesystem::path& embeddings, const GenerationInfo& info)
    : file_(FileDescriptor::open(embeddings, O_RDONLY)), bytes_(info.row_bytes()) {}

std::span<const std::byte> StoredRowReader::read(std::uint64_t row) {
  file_.seek(kNpyHeaderLength + row * bytes_.size());
  if (file_.read_some(bytes_) < bytes_.size())
    throw FatalError(fmt::format("'{}' ends before row {}", file_.path().native(), row));
  return bytes_;
}

std::string find_build(const Manifest& manifest, std::uint64_t row) {
  return with_database(manifest.path(), [&]() -> std::string {
    SQLite::Statement select(manifest.database(),
                             "SELECT b.build FROM rows r JOIN builds b ON b.id = r.build WHERE r.row = ?");
    select.bind(1, static_cast<std::int64_t>(row));
    return select.executeStep() ? select.getColumn(0).getString() : "";
  });
}

std::string find_usual_build(const Manifest& manifest) {
  return with_database(manifest.path(), [&]() -> std::string {
    SQLite::Statement select(manifest.database(),
                             "SELECT b.build FROM rows r JOIN builds b ON b.id = r.build GROUP BY b.id"
                             " ORDER BY count(*) DESC, b.id LIMIT 1");
    return select.executeStep() ? select.getColumn(0).getString() : "";
  });
}

}  // namespace vit_embed
