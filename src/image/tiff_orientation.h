#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vit_embed {

struct TiffOrientation {
  int orientation = 1;  ///< tag 274 of the first image, 1 where it is missing or cannot be read
  std::vector<std::byte>
      plain;  ///< a copy of the file whose tag says 1; empty where the orientation is 1 already
};

/// Takes the orientation out of a TIFF or BigTIFF of either byte order: OpenCV 4.6 turns a TIFF by its tag
/// even under IMREAD_IGNORE_ORIENTATION, so it must not see one.
TiffOrientation take_tiff_orientation(std::span<const std::byte> tiff);

}  // namespace vit_embed
