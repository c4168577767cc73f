#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "formats/meta.h"

namespace vit_embed {

/// What can be told of an output without computing anything.
struct OutputInspection {
  std::filesystem::path path;
  std::string format;                ///< "npy", "csv" or "jsonl"
  std::vector<std::uint64_t> shape;  ///< as the file itself says, or the meta where it does not
  std::string element_type;          ///< NumPy's name for it, .npy only
  std::optional<OutputMeta> meta;
  std::vector<std::string> problems;  ///< why it is not a whole publication; none: it is
};

/// Whether a file is one that extract writes, rather than a model: by its content, else by its name.
bool is_output(const std::filesystem::path& path);

/// Reads a text output whole, to compare its hash with the meta's; of an .npy the header only. Throws
/// FatalError where the file itself cannot be read.
OutputInspection inspect_output(const std::filesystem::path& path);

}  // namespace vit_embed
