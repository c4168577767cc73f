#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "store/manifest.h"

namespace vit_embed {

/// Rows of an embeddings.npy by their numbers, read one at a time: what is cut is an error and no SIGBUS.
class StoredRowReader {
 public:
  StoredRowReader(const std::filesystem::path& embeddings, const GenerationInfo& info);

  /// As it stands in the file; valid until the next call. Throws FatalError where the file ends before.
  std::span<const std::byte> read(std::uint64_t row);

 private:
  FileDescriptor file_;
  std::vector<std::byte> bytes_;
};

/// What computed a row: BuildInfo as JSON; "" where the manifest does not say.
std::string find_build(const Manifest& manifest, std::uint64_t row);

/// Likewise, what computed more of the rows than any other.
std::string find_usual_build(const Manifest& manifest);

}  // namespace vit_embed
