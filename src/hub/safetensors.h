#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/mapped_file.h"

// safetensors (https://github.com/huggingface/safetensors, "Format")
// ==================================================================
// A little-endian uint64 N, N bytes of JSON, {"NAME": {"dtype", "shape", "data_offsets": [begin, end]}, ...}
// with an optional "__metadata__", then the tensors' bytes, which the offsets count from; they leave no
// holes, do not overlap, and end where the file does.

namespace vit_embed {

struct SafetensorsEntry {
  std::string dtype;  ///< "F32", "BF16", ...
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  ///< as many as dtype and shape say; of any alignment
};

/// A mapped safetensors file whose header was checked against all of the above.
class SafetensorsFile {
 public:
  /// Throws FatalError naming the file and what is wrong with it.
  explicit SafetensorsFile(const std::filesystem::path& path);

  /// By name.
  const std::map<std::string, SafetensorsEntry>& entries() const { return entries_; }
  /// What keeps the entries' bytes.
  const std::shared_ptr<const MappedFile>& file() const { return file_; }

 private:
  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, SafetensorsEntry> entries_;
};

}  // namespace vit_embed
