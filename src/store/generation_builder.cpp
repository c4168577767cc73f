#include "store/generation_builder.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "formats/append_file.h"
#include "formats/npy.h"
#include "store/database.h"
#include "store/index_file.h"
#include "store/live_files.h"
#include "store/store_directory.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

/// The tables that are taken over as they are.
constexpr const char* kTakeOver = R"(
INSERT INTO roots SELECT * FROM before.roots;
INSERT INTO builds SELECT * FROM before.builds;
INSERT INTO runs SELECT * FROM before.runs;
)";

/// A database with `before` attached under that name, and `fill` carried out in one transaction.
template <class Fill>
void fill_from(Manifest& manifest, const Manifest& before, Fill fill) {
  with_database(manifest.path(), [&] {
    SQLite::Database& database = manifest.database();
    const AttachedDatabase attached(database, before.path(), "before");
    SQLite::Transaction transaction(database);
    fill(database);
    transaction.commit();
  });
}

/// Copies rows in the order in which they are asked for.
class RowCopier {
 public:
  RowCopier(const fs::path& from, AppendFile& to, const GenerationInfo& info)
      : from_(from), to_(to), length_(info.row_bytes()) {}

  void copy(std::uint64_t row, std::uint64_t xxh3_then) {
    const std::span<const std::byte> file = from_.bytes();
    const std::uint64_t begin = kNpyHeaderLength + row * length_;
    if (begin + length_ > file.size()) fail(row);
    const std::span<const std::byte> bytes = file.subspan(begin, length_);
    if (xxh3(bytes) != xxh3_then) fail(row);
    to_.append(bytes);
  }

 private:
  [[noreturn]] void fail(std::uint64_t row) const {
    throw FatalError(fmt::format("row {} of '{}' is not what was written there", row, from_.path().native()));
  }

  MappedFile from_;
  AppendFile& to_;
  std::uint64_t length_;
};

class Compaction {
 public:
  /// Of `rows` rows.
  Compaction(SQLite::Database& database, RowCopier& copier, std::uint64_t rows)
      : copier_(copier),
        find_row_(database, "SELECT xxh3 FROM before.rows WHERE row = ?"),
        add_row_(database,
                 "INSERT INTO rows SELECT ?1, content, xxh3, build FROM before.rows WHERE row = ?2"),
        add_file_(database,
                  "INSERT INTO files (root, path, size, mtime_ns, ctime_ns, status, content, row)"
                  " VALUES (?, ?, ?, ?, ?, 'live', ?, ?)"),
        new_row_of_(rows, kNone) {}

  void take(const LiveFile& file) {
    std::uint64_t& row = new_row_of_.at(file.row);
    if (row == kNone) {
      row = row_count_++;
      copy_row(file.row, row);
    }
    add_file_.reset();
    add_file_.bind(1, file.root);
    add_file_.bind(2, file.path);
    add_file_.bind(3, static_cast<std::int64_t>(file.stamp.size));
    add_file_.bind(4, file.stamp.mtime_ns);
    add_file_.bind(5, file.stamp.ctime_ns);
    bind_blob(add_file_, 6, file.content);
    add_file_.bind(7, static_cast<std::int64_t>(row));
    add_file_.exec();
  }

  std::uint64_t row_count() const { return row_count_; }

 private:
  void copy_row(std::uint64_t from, std::uint64_t to) {
    find_row_.reset();
    find_row_.bind(1, static_cast<std::int64_t>(from));
    find_row_.executeStep();
    copier_.copy(from, static_cast<std::uint64_t>(find_row_.getColumn(0).getInt64()));
    add_row_.reset();
    add_row_.bind(1, static_cast<std::int64_t>(to));
    add_row_.bind(2, static_cast<std::int64_t>(from));
    add_row_.exec();
  }

  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

  RowCopier& copier_;
  SQLite::Statement find_row_;
  SQLite::Statement add_row_;
  SQLite::Statement add_file_;
  std::vector<std::uint64_t> new_row_of_;  ///< kNone until it is copied
  std::uint64_t row_count_ = 0;
};

AppendFile create_rows(const fs::path& path, const GenerationInfo& info) {
  return AppendFile::create(path, npy_header(info.fingerprint.dtype, {0, info.row_size}));
}

}  // namespace

void build_empty_generation(const fs::path& directory, const GenerationInfo& info) {
  const GenerationFiles files(directory);
  create_rows(files.embeddings, info).sync();
  const Manifest manifest = Manifest::create(files.manifest, info);
  write_index(manifest, files.index);
}

void build_pending_generation(const fs::path& directory, const GenerationInfo& info, const Manifest& before) {
  const GenerationFiles files(directory);
  create_rows(files.embeddings, info).sync();
  Manifest manifest = Manifest::create(files.manifest, info);
  fill_from(manifest, before, [](SQLite::Database& database) {
    database.exec("INSERT INTO roots SELECT * FROM before.roots");
    database.exec(
        "INSERT INTO files (root, path, size, mtime_ns, ctime_ns, status, content)"
        " SELECT root, path, size, mtime_ns, ctime_ns, 'pending', content FROM before.files"
        " WHERE status IN ('live', 'pending')");
    database.exec(
        "INSERT INTO files (root, path, size, mtime_ns, ctime_ns, status, reason, kind)"
        // Without their ctime: each is tried once with what may be another decoder, or other options.
        " SELECT root, path, size, mtime_ns, 0, status, reason, kind FROM before.files"
        " WHERE status = 'failed'");
  });
  write_index(manifest, files.index);
}

void build_compacted_generation(const fs::path& directory, const Manifest& before, const fs::path& rows) {
  const GenerationFiles files(directory);
  const GenerationInfo info = before.info();
  AppendFile compacted = create_rows(files.embeddings, info);
  Manifest manifest = Manifest::create(files.manifest, info);
  fill_from(manifest, before, [&](SQLite::Database& database) {
    database.exec(kTakeOver);
    RowCopier copier(rows, compacted, info);
    Compaction compaction(database, copier, before.row_count());
    for_each_live_file(before, [&](const LiveFile& file) { compaction.take(file); });
    database.exec("INSERT INTO files SELECT * FROM before.files WHERE status = 'failed'");
    database.exec(
        "UPDATE files SET (reason, kind) = (SELECT b.reason, b.kind FROM before.files b WHERE b.root ="
        " files.root AND b.path = files.path) WHERE status = 'live'");
    database.exec(fmt::format("UPDATE generation SET row_count = {}", compaction.row_count()));
    compacted.overwrite_header(npy_header(info.fingerprint.dtype, {compaction.row_count(), info.row_size}));
  });
  compacted.sync();
  write_index(manifest, files.index);
}

}  // namespace vit_embed
