#pragma once

#include <png.h>

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <vector>

// PNG files of the test data by libpng's simplified interface, which the program does not use.

namespace vit_embed {

struct RgbPng {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  ///< RGB, rows from the top without gaps
};

inline RgbPng read_rgb_png(const std::filesystem::path& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, path.c_str()) == 0)
    throw std::runtime_error("no PNG: " + path.native());
  image.format = PNG_FORMAT_RGB;
  RgbPng png{static_cast<int>(image.width), static_cast<int>(image.height),
             std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  if (png_image_finish_read(&image, nullptr, png.pixels.data(), 0, nullptr) == 0) {
    throw std::runtime_error("cannot read " + path.native());
  }
  return png;
}

/// 16-bit gray, from 0 to 65535 in equal steps, as a PNG file's bytes.
inline std::vector<std::uint8_t> gray_ramp_png_16_bit(int width, int height) {
  std::vector<std::uint16_t> ramp(static_cast<std::size_t>(width * height));
  for (std::size_t i = 0; i < ramp.size(); ++i)
    ramp[i] = static_cast<std::uint16_t>(65535 * i / (ramp.size() - 1));
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = PNG_FORMAT_LINEAR_Y;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, ramp.data(), 0, nullptr);
  std::vector<std::uint8_t> png(size);
  if (png_image_write_to_memory(&image, png.data(), &size, 0, ramp.data(), 0, nullptr) == 0) {
    throw std::runtime_error("cannot write a PNG");
  }
  return png;
}

}  // namespace vit_embed
