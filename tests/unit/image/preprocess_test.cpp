#include "image/preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <ios>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "image/normalization_table.h"
#include "test_images.h"

namespace vit_embed {
namespace {

TEST(NormalizationTable, EqualsTransformersToTheBit) {
  const auto lines = test::read_lines(test::data_path("pillow/normalization.txt"));
  ASSERT_EQ(lines.size(), 4U * 4);
  for (std::size_t at = 0; at < lines.size(); at += 4) {
    Preprocessing preprocessing;
    std::istringstream options(lines[at]);
    options >> preprocessing.rescale_factor;
    for (double& mean : preprocessing.image_mean) options >> mean;
    for (double& std : preprocessing.image_std) options >> std;
    const NormalizationTable table = normalization_table(preprocessing);
    for (std::size_t channel = 0; channel < table.size(); ++channel) {
      std::istringstream expected(lines[at + 1 + channel]);
      for (const float value : table[channel]) {
        std::uint32_t bits = 0;
        expected >> std::hex >> bits;
        EXPECT_EQ(std::bit_cast<std::uint32_t>(value), bits) << lines[at];
      }
    }
  }
}

TEST(ImagePreprocessor, WritesPlanesOfNormalisedPixels) {
  const ImagePreprocessor preprocessor({}, {});
  ASSERT_EQ(preprocessor.size(), 3U * 224 * 224);
  std::vector<float> pixel_values(preprocessor.size());
  preprocessor.preprocess(test::read_file(test::data_path("golden/images/photo-422-q85.jpg")), {},
                          pixel_values);
  const RgbImage expected = test::read_rgb_png(test::data_path("golden/pixels/photo-422-q85.jpg.png"));
  const NormalizationTable table = normalization_table({});
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t i = 0; i < std::size_t{224} * 224; ++i) {
      ASSERT_EQ(pixel_values[channel * 224 * 224 + i], table[channel][expected.data()[i * 3 + channel]]);
    }
  }
}

TEST(ImagePreprocessor, ResizesToHeightAndWidthInThatOrder) {
  const ImagePreprocessor preprocessor({.image_size = {2, 1}}, {});
  RgbImage halves(1, 2);  // width, height
  std::fill_n(halves.data(), 3, std::uint8_t{0});
  std::fill_n(halves.data() + 3, 3, std::uint8_t{255});
  std::vector<float> pixel_values(preprocessor.size());
  preprocessor.preprocess(halves, pixel_values);
  EXPECT_EQ(pixel_values, (std::vector<float>{-1, 1, -1, 1, -1, 1}));
}

TEST(ImagePreprocessor, GivesTheSameFromSeveralThreads) {
  const ImagePreprocessor preprocessor({.image_size = {160, 160}, .resample = Resample::bicubic}, {});
  const auto encoded = test::read_file(test::data_path("golden/images/exif-orientation-6.jpg"));
  std::vector<std::vector<float>> results(4, std::vector<float>(preprocessor.size()));
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) threads.emplace_back([&] { preprocessor.preprocess(encoded, {}, result); });
  }
  for (const auto& result : results) EXPECT_EQ(result, results[0]);
}

TEST(ImagePreprocessor, RefusesRoomOfTheWrongSize) {
  const ImagePreprocessor preprocessor({}, {});
  std::vector<float> pixel_values(7);
  EXPECT_THROW(preprocessor.preprocess(RgbImage(1, 1), pixel_values), std::invalid_argument);
}

}  // namespace
}  // namespace vit_embed
