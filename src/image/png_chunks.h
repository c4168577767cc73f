#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vit_embed {

struct PngChunks {
  /// The file without its ancillary chunks: they decide nothing here, and libpng warns on stderr of every
  /// colour profile that it dislikes.
  std::vector<std::byte> critical;
  std::span<const std::byte>
      exif;                     ///< the eXIf chunk's content, a view into the file; empty where there is none
  bool is_16_bit_gray = false;  ///< gray without alpha, 16 bits a sample
};

/// Throws InputError where a chunk is cut or IEND is missing (so a PNG that lacks only its last bytes is
/// refused), and where the header says that the image is larger than kMaxPixels.
PngChunks read_png_chunks(std::span<const std::byte> png);

}  // namespace vit_embed
