#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/file_descriptor.h"
#include "formats/digest.h"

namespace vit_embed {

/// A point up to which an AppendFile's content is known.
struct AppendMark {
  std::uint64_t length = 0;  ///< bytes in the file, the header included
  std::uint64_t xxh3 = 0;    ///< of the bytes since the mark before this one
  bool operator==(const AppendMark&) const = default;
};

/// A file that grows at its end and can be taken up again after any kind of death: the writer notes a mark
/// after each unit of work, somewhere else; the next run verifies marks in order and drops what comes after
/// the last good one. Appends are buffered. Every operation throws FatalError on an I/O error.
class AppendFile {
 public:
  /// Creates the file, or replaces it, with `header` as its first bytes. Marks do not cover the header.
  static AppendFile create(const std::filesystem::path& path, std::string_view header);
  /// Opens what an earlier run left, positioned behind its header, which must be there.
  static AppendFile reopen(const std::filesystem::path& path, std::uint64_t header_length);
  /// Appends to a descriptor that cannot seek, such as stdout.
  explicit AppendFile(FileDescriptor fd) : fd_(std::move(fd)) {}

  void append(std::span<const std::byte> bytes);
  void append(std::string_view text) { append(std::as_bytes(std::span(text))); }

  /// Hands everything to the kernel, so that it survives this process, and returns the mark of it.
  AppendMark mark();
  /// Reads on from the current length: whether the bytes up to `mark` are there and are those it was made
  /// from. If so, they become part of the file.
  bool verify(const AppendMark& mark);
  /// Drops everything behind `length`, appended or left by the earlier run.
  void rewind(std::uint64_t length);

  /// Overwrites bytes of the header.
  void overwrite_header(std::string_view header);
  /// mark(), and waits until it is on the disk.
  void sync();

  std::uint64_t length() const { return length_; }

 private:
  FileDescriptor fd_;
  std::string buffer_;        // appended, not yet handed to the kernel
  Xxh3 since_mark_;           // of what the next mark covers
  std::uint64_t length_ = 0;  // what was appended or verified, buffer included
};

}  // namespace vit_embed
