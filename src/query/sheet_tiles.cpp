#include "query/sheet_tiles.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <new>
#include <thread>

#include "base/error.h"
#include "inputs/byte_source.h"

namespace vit_embed {
namespace {

SheetTile make_tile(const std::string& name, const TileOptions& options, const Runtime& runtime) {
  try {
    std::vector<std::byte> encoded;
    FileSource(name).read(encoded);
    return {runtime.make_thumbnail(encoded, options.decode, options.side), ""};
  } catch (const InputError& error) {
    return {{}, error.what()};
  } catch (const std::bad_alloc&) {
    return {{}, "not enough memory for this image"};
  }
}

}  // namespace

std::vector<SheetTile> make_tiles(std::span<const Neighbor> neighbors, const TileOptions& options,
                                  const Runtime& runtime) {
  std::vector<SheetTile> tiles(neighbors.size());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr error;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < tiles.size(); i = next++)
        tiles[i] = make_tile(neighbors[i].name, options, runtime);
    } catch (...) {
      const std::lock_guard lock(mutex);
      error = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    const auto helpers = std::min(static_cast<std::size_t>(options.num_threads), tiles.size());
    for (std::size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
    work();
  }
  if (error) std::rethrow_exception(error);
  return tiles;
}

}  // namespace vit_embed
