#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "formats/feature.h"

// .npy: embeddings as NumPy has them
// ==================================
// Version 1.0 of NumPy's format: the magic "\x93NUMPY\x01\x00", a little-endian uint16 with the length of the
// text that follows, and that text, a Python dict with `descr`, `fortran_order` and `shape`, padded with
// spaces and ended by a newline. Then the rows, C order, little endian. We write float32 ("<f4") or float16
// ("<f2"), [N, D], or [N, T, D] for tokens, and always kNpyHeaderLength bytes of header whatever N is: the
// rows' place does not move when the count is filled in at the end, and they are aligned for
// np.load(mmap_mode="r").
//
// The reader takes the header of any version-1.0 or 2.0 file, of whatever element type.

namespace vit_embed {

inline constexpr std::size_t kNpyHeaderLength = 128;

/// `shape` includes the number of rows. Exactly kNpyHeaderLength bytes.
std::string npy_header(ElementType type, const std::vector<std::uint64_t>& shape);

struct NpyDescription {
  std::string descr;  ///< such as "<f4"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t header_length = 0;  ///< where the rows start, bytes
  std::uint64_t file_size = 0;      ///< bytes

  /// Whether the file is as long as its header says; true where the element size is not known.
  bool is_complete() const;
  /// Where it is one that we write.
  std::optional<ElementType> element_type() const;
};

/// Throws FatalError naming the file and what is wrong with it.
NpyDescription read_npy_header(const std::filesystem::path& path);

}  // namespace vit_embed
