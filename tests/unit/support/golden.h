#pragma once

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "formats/npy.h"
#include "support/rgb_png.h"
#include "support/temporary_directory.h"

// tests/data/golden as arrays: what Transformers gives for tiny-vit.

namespace vit_embed {

inline const std::filesystem::path kGolden = VIT_EMBED_TEST_DATA "/golden";

inline std::vector<std::string> golden_names() {
  std::ifstream file(kGolden / "names.txt");
  std::vector<std::string> names;
  for (std::string name; std::getline(file, name);) names.push_back(name);
  return names;
}

inline std::vector<float> golden_array(const std::string& name) {
  const std::string bytes =
      file_content(kGolden / name).substr(read_npy_header(kGolden / name).header_length);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

/// Appends the pixel_values, [3, 224, 224], of one of the golden images: (x / 255 - 0.5) / 0.5.
inline void append_golden_pixel_values(const std::string& name, std::vector<float>& pixel_values) {
  const RgbPng rgb = read_rgb_png(kGolden / "pixels" / (name + ".png"));
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t i = channel; i < rgb.pixels.size(); i += 3) {
      pixel_values.push_back((static_cast<float>(rgb.pixels[i]) / 255.0F - 0.5F) / 0.5F);
    }
  }
}

}  // namespace vit_embed
