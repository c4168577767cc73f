#include "store/row_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "formats/digest.h"
#include "formats/npy.h"
#include "store/database.h"
#include "store/live_files.h"
#include "store/stored_row_reader.h"

namespace vit_embed {
namespace {

constexpr std::uint64_t kPage = 4096;  // rows

struct WrittenRow {
  std::uint64_t row = 0;
  std::uint64_t xxh3 = 0;
};

/// Whether no exponent is all ones, which infinities and what is no number have.
template <class Bits, Bits kExponent>
bool is_finite(std::span<const std::byte> row) {
  for (std::size_t i = 0; i + sizeof(Bits) <= row.size(); i += sizeof(Bits)) {
    Bits bits = 0;
    std::memcpy(&bits, row.data() + i, sizeof(Bits));
    if ((bits & kExponent) == kExponent) return false;
  }
  return true;
}

bool is_finite(std::span<const std::byte> row, ElementType type) {
  return type == ElementType::float32 ? is_finite<std::uint32_t, 0x7f80'0000>(row)
                                      : is_finite<std::uint16_t, 0x7c00>(row);
}

class RowCheck {
 public:
  RowCheck(const Manifest& manifest, const std::filesystem::path& embeddings, CheckReport& report)
      : manifest_(manifest),
        path_(embeddings),
        report_(report),
        info_(manifest.info()),
        stored_(embeddings, info_) {}

  std::uint64_t run() {
    const std::uint64_t counted = manifest_.row_count();
    const NpyDescription npy = read_npy_header(path_);
    if (!is_header_ours(npy)) {
      report_.add("header", [&] {
        return fmt::format("'{}': its header is not that of rows of {} numbers in {}", path_.native(),
                           info_.row_size, to_string(info_.fingerprint.dtype));
      });
      return 0;
    }
    const std::uint64_t whole = (npy.file_size - kNpyHeaderLength) / info_.row_bytes();
    check_count(counted, npy.shape[0], whole);
    check_written(std::min(counted, whole), counted);
    return std::min(counted, whole);
  }

 private:
  bool is_header_ours(const NpyDescription& npy) const {
    return npy.element_type() == info_.fingerprint.dtype && !npy.fortran_order && npy.shape.size() == 2 &&
           npy.shape[1] == info_.row_size && npy.header_length == kNpyHeaderLength;
  }

  /// The manifest counts first: its count before the header was read bounds the header's from below, but for
  /// a run that was killed or is between the two just now; its count after from above.
  void check_count(std::uint64_t before, std::uint64_t header, std::uint64_t whole) {
    const std::uint64_t after = manifest_.row_count();
    if (header > after) {
      report_.add("count", [&] {
        return fmt::format("'{}': its header counts {} rows, and its manifest {}", path_.native(), header,
                           after);
      });
    }
    if (whole < before) {
      report_.add("length", [&] {
        return fmt::format("'{}' is cut: it has {} of {} rows", path_.native(), whole, before);
      });
    } else if (header < before) {
      report_.note(
          fmt::format("'{}': its header counts {} of {} rows, as a run that is killed leaves it; the next "
                      "one that writes mends it",
                      path_.native(), header, before));
    }
  }

  /// Of the manifest's `counted` rows the file has the first `present`.
  void check_written(std::uint64_t present, std::uint64_t counted) {
    std::uint64_t expected = 0;
    while (expected < counted) {
      const std::vector<WrittenRow> page = rows_from(expected, counted);
      for (const WrittenRow& written : page) {
        for (; expected < written.row; ++expected) add_missing(expected);
        expected = written.row + 1;
      }
      check_bytes(page, present);
      if (page.empty())
        for (; expected < counted; ++expected) add_missing(expected);
    }
  }

  std::vector<WrittenRow> rows_from(std::uint64_t first, std::uint64_t end) const {
    return with_database(manifest_.path(), [&] {
      std::vector<WrittenRow> page;
      SQLite::Statement select(manifest_.database(),
                               "SELECT row, xxh3 FROM rows WHERE row >= ? AND row < ? ORDER BY row LIMIT ?");
      select.bind(1, static_cast<std::int64_t>(first));
      select.bind(2, static_cast<std::int64_t>(end));
      select.bind(3, static_cast<std::int64_t>(kPage));
      while (select.executeStep()) {
        page.push_back({static_cast<std::uint64_t>(select.getColumn(0).getInt64()),
                        static_cast<std::uint64_t>(select.getColumn(1).getInt64())});
      }
      return page;
    });
  }

  void add_missing(std::uint64_t row) {
    report_.add("row without an entry",
                [&] { return fmt::format("'{}' has no entry for row {}", manifest_.path().native(), row); });
  }

  void check_bytes(const std::vector<WrittenRow>& page, std::uint64_t present) {
    for (const WrittenRow& written : page) {
      if (written.row >= present) return;  // the length told that already
      const std::span<const std::byte> bytes = stored_.read(written.row);
      if (xxh3(bytes) != written.xxh3) {
        add("damaged row", written.row, "is not what was written there");
      } else if (!is_finite(bytes, info_.fingerprint.dtype)) {
        add("row that is not finite", written.row, "has numbers that are not finite");
      }
    }
  }

  void add(const char* kind, std::uint64_t row, const char* what) {
    report_.add(kind,
                [&] { return fmt::format("'{}': row {}{} {}", path_.native(), row, owner_of(row), what); });
  }

  std::string owner_of(std::uint64_t row) const {
    return with_database(manifest_.path(), [&]() -> std::string {
      SQLite::Statement select(
          manifest_.database(),
          "SELECT r.path, f.path FROM files f JOIN roots r ON r.id = f.root WHERE f.content ="
          " (SELECT content FROM rows WHERE row = ?) AND f.row IS NOT NULL LIMIT 1");
      select.bind(1, static_cast<std::int64_t>(row));
      if (!select.executeStep()) return " of no file";
      return fmt::format(" of '{}'",
                         full_path(select.getColumn(0).getString(), select.getColumn(1).getString()));
    });
  }

  const Manifest& manifest_;
  std::filesystem::path path_;
  CheckReport& report_;
  GenerationInfo info_;
  StoredRowReader stored_;
};

}  // namespace

std::uint64_t check_rows(const Manifest& manifest, const std::filesystem::path& embeddings,
                         CheckReport& report) {
  return RowCheck(manifest, embeddings, report).run();
}

}  // namespace vit_embed
