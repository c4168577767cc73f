#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/digest.h"

namespace vit_embed {

/// By what a file is taken for unchanged. All zero where the file could not be examined.
struct FileIdentity {
  std::uint64_t size = 0;     ///< bytes
  std::int64_t mtime_ns = 0;  ///< modification time, nanoseconds since the epoch

  bool operator==(const FileIdentity&) const = default;
};

/// What a run's inputs were, in order: SHA-256 over each name, a zero byte, its size and its mtime (both
/// eight bytes, little endian).
class InputsDigest {
 public:
  void add(std::string_view name, const FileIdentity& identity);
  std::string hex_digest() const { return sha_.hex_digest(); }

 private:
  Sha256 sha_;
};

}  // namespace vit_embed
