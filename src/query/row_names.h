#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mapped_file.h"

namespace vit_embed {

/// Whose a row is, out of an index (`row,path` or `row,root,path`, by the header's names), which stays
/// mapped: 16 bytes a record, and a name is read when it is asked for. A row may have several names; one
/// without any is dead.
class RowNames {
 public:
  /// Of `rows` rows. Throws FatalError naming the file where it is no such index, or names a row that there
  /// is not.
  RowNames(std::unique_ptr<MappedFile> index, std::uint64_t rows);

  /// In the index's order; with a root, root/path. Empty for a dead row.
  std::vector<std::string> names(std::uint64_t row) const;

  /// A byte a row: 0 for a dead one.
  const std::vector<std::uint8_t>& live() const { return live_; }

 private:
  struct Record {
    std::uint64_t row;
    std::size_t begin;  ///< in the file
  };

  void read_header();
  void read_records(std::uint64_t rows);
  std::string name_at(std::size_t begin) const;
  std::string_view text() const;

  std::unique_ptr<MappedFile> file_;
  std::size_t row_column_ = 0;
  std::size_t path_column_ = 0;
  std::optional<std::size_t> root_column_;
  std::vector<Record> records_;  ///< by row
  std::vector<std::uint8_t> live_;
};

}  // namespace vit_embed
