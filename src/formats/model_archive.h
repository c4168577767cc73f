#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct zip;  // libzip's

namespace vit_embed {

/// A model file as the ZIP archive it is, read without LibTorch. One thread at a time.
class ModelArchive {
 public:
  /// An entry ROOT/data/N, which holds a tensor's numbers as they are in memory.
  struct Record {
    std::uint64_t number = 0;  ///< N, the order in which the tensors were written
    std::uint64_t size = 0;    ///< bytes
    std::uint64_t entry = 0;   ///< its index in the archive
    bool compressed = false;   ///< PyTorch never does
  };

  /// Throws FatalError naming the file: not there, or no archive.
  explicit ModelArchive(std::filesystem::path path);
  ModelArchive(ModelArchive&&) noexcept;
  ~ModelArchive();

  /// The text of the extra file `name`, where there is one. Throws FatalError where it is damaged,
  /// larger than 16 MiB or there twice.
  std::optional<std::string> read_extra_file(std::string_view name) const;

  /// Whether there is code in it.
  bool is_torchscript() const { return torchscript_; }

  /// In no particular order.
  const std::vector<Record>& records() const { return records_; }

  /// The bytes of a record that is not compressed, as they stand in the file: the archive's checksum is not
  /// looked at. `to` is as large as the record. Blocks for reading. Throws FatalError naming the file.
  void read(const Record& record, std::span<std::byte> to) const;

 private:
  struct Closer {
    void operator()(zip* archive) const;
  };

  std::string read_text(std::uint64_t entry, std::string_view name) const;

  std::filesystem::path path_;
  std::unique_ptr<zip, Closer> archive_;
  std::vector<Record> records_;
  bool torchscript_ = false;
};

}  // namespace vit_embed
