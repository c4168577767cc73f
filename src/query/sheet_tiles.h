#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "query/query.h"

namespace vit_embed {

/// A found file as a sheet shows it: a picture, or why there is none.
struct SheetTile {
  std::vector<std::byte> jpeg;
  std::string reason;  ///< "" where there is a picture
};

/// How found files become tiles.
struct TileOptions {
  int side = 256;  ///< pixels of a picture's longer side
  DecodeOptions decode;
  int num_threads = 1;  ///< that read and decode
};

/// A tile for each, in their order. Blocks for reading and decoding the files.
std::vector<SheetTile> make_tiles(std::span<const Neighbor> neighbors, const TileOptions& options,
                                  const Runtime& runtime);

}  // namespace vit_embed
