#pragma once

#include <cstring>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/npy.h"
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
  const cv::Mat bgr = cv::imread((kGolden / "pixels" / (name + ".png")).native(), cv::IMREAD_COLOR);
  if (bgr.empty()) throw std::runtime_error("no golden pixels of " + name);
  for (int channel : {2, 1, 0}) {
    for (int y = 0; y < bgr.rows; ++y) {
      for (int x = 0; x < bgr.cols; ++x) {
        pixel_values.push_back((static_cast<float>(bgr.at<cv::Vec3b>(y, x)[channel]) / 255.0F - 0.5F) / 0.5F);
      }
    }
  }
}

}  // namespace vit_embed
