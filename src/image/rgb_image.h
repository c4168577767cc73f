#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace vit_embed {

/// An 8-bit RGB image: interleaved, top row first, rows packed without gaps.
class RgbImage {
 public:
  static constexpr std::size_t kChannels = 3;
  /// Bytes behind the last pixel that may be read (not interpreted): vector loads need no special case for a
  /// row's end.
  static constexpr std::size_t kReadableTail = 64;

  RgbImage() = default;
  /// The pixels start uninitialised.
  RgbImage(int width, int height) : RgbImage(width, height, std::malloc) {}
  /// The pixels are black, and memory that nothing is written to is not taken.
  static RgbImage black(int width, int height) {
    return RgbImage(width, height, [](std::size_t size) { return std::calloc(size, 1); });
  }

  int width() const { return width_; }
  int height() const { return height_; }
  std::size_t row_bytes() const { return static_cast<std::size_t>(width_) * kChannels; }
  /// Bytes of all pixels.
  std::size_t size() const { return row_bytes() * static_cast<std::size_t>(height_); }

  std::uint8_t* data() { return pixels_.get(); }
  const std::uint8_t* data() const { return pixels_.get(); }
  std::uint8_t* row(int y) { return data() + static_cast<std::size_t>(y) * row_bytes(); }
  const std::uint8_t* row(int y) const { return data() + static_cast<std::size_t>(y) * row_bytes(); }

 private:
  struct Free {
    void operator()(std::uint8_t* pixels) const { std::free(pixels); }
  };

  RgbImage(int width, int height, void* (*allocate)(std::size_t))
      : width_(width),
        height_(height),
        pixels_(static_cast<std::uint8_t*>(allocate(size() + kReadableTail))) {
    if (!pixels_) throw std::bad_alloc();
  }

  int width_ = 0;
  int height_ = 0;
  std::unique_ptr<std::uint8_t[], Free> pixels_;
};

}  // namespace vit_embed
