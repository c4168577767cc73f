#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "encoder/encoder.h"
#include "formats/npy.h"
#include "support/temporary_directory.h"

// tests/data/variants and tests/data/traces: what Python gives for two images of made-up pixel_values.

namespace vit_embed {

/// Every NAME.npy below a folder, as NAME relative to it, sorted.
inline std::vector<std::string> expected_names(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".npy") continue;
    names.push_back(std::filesystem::relative(entry.path(), folder).replace_extension());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// A parameter as GoogleTest takes it in a test's name: letters and digits only.
inline std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

/// ((31 * i) % 257) / 128 - 1 for i = 0, 1, ... over [2, 3, height, width].
inline std::vector<float> made_up_pixel_values(ImageSize size) {
  std::vector<float> values(std::size_t{2} * 3 * size.num_pixels());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(31 * i % 257) / 128 - 1;
  return values;
}

/// Of an encoder's tokens, and its pooler_output where it has one, from `npy`: float32 [2, T + 1, D],
/// last_hidden_state and one more row of pooler_output.
inline float largest_difference_from(const std::filesystem::path& npy, Encoder& encoder, ImageSize size,
                                     bool pooler) {
  const NpyDescription header = read_npy_header(npy);
  const std::size_t rows = header.shape.at(1), width = header.shape.at(2);
  const std::string bytes = file_content(npy).substr(header.header_length);
  std::vector<float> expected(2 * rows * width);
  if (bytes.size() != expected.size() * sizeof(float)) throw std::runtime_error("not [2, T + 1, D]");
  std::memcpy(expected.data(), bytes.data(), bytes.size());

  std::vector<float> tokens(2 * (rows - 1) * width), pooled(2 * width);
  std::vector<FeatureOutput> outputs{{Feature::tokens, tokens}};
  if (pooler) outputs.push_back({Feature::pooler, pooled});
  encoder.encode(made_up_pixel_values(size), 2, outputs);
  float largest = 0;
  const auto compare = [&largest](std::span<const float> a, const float* b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      largest = std::max(largest,
                         std::isnan(a[i]) ? std::numeric_limits<float>::infinity() : std::abs(a[i] - b[i]));
    }
  };
  for (std::size_t image = 0; image < 2; ++image) {
    const float* of_image = expected.data() + image * rows * width;
    compare(std::span(tokens).subspan(image * (rows - 1) * width, (rows - 1) * width), of_image);
    compare(std::span(pooled).subspan(image * width, width), of_image + (rows - 1) * width);
  }
  return largest;
}

}  // namespace vit_embed
