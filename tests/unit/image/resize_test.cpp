#include "image/resize.h"

#include <gtest/gtest.h>

#include <hwy/targets.h>
#include <algorithm>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>

#include "test_images.h"

namespace vit_embed {
namespace {

using test::pixel_digest;

/// The noise of tests/data/make_image_data.py.
RgbImage noise(int width, int height, bool extreme) {
  RgbImage image(width, height);
  const std::uint32_t seed = static_cast<std::uint32_t>(width) * 65537U + static_cast<std::uint32_t>(height);
  for (std::size_t i = 0; i < image.size(); ++i) {
    std::uint32_t x = static_cast<std::uint32_t>(i) * 2654435761U + seed;
    x = (x ^ x >> 15) * 2246822519U;
    x = (x ^ x >> 13) * 3266489917U;
    x ^= x >> 16;
    const std::uint32_t sample = x >> 24;
    image.data()[i] = static_cast<std::uint8_t>(!extreme ? sample : sample >= 128 ? 255 : 0);
  }
  return image;
}

Resample filter_named(const std::string& name) {
  static const std::map<std::string, Resample> filters{
      {"nearest", Resample::nearest}, {"lanczos", Resample::lanczos}, {"bilinear", Resample::bilinear},
      {"bicubic", Resample::bicubic}, {"box", Resample::box},         {"hamming", Resample::hamming}};
  return filters.at(name);
}

void expect_pillows_bytes() {
  const auto lines = test::read_lines(test::data_path("pillow/resize.txt"));
  ASSERT_EQ(lines.size(), 2U * 16 * 4 * 6);
  RgbImage image;
  std::string image_kind;
  for (const std::string& line : lines) {
    std::istringstream fields(line);
    std::string kind, filter, digest;
    int width = 0, height = 0, to_width = 0, to_height = 0;
    fields >> kind >> width >> height >> to_width >> to_height >> filter >> digest;
    if (kind != image_kind || width != image.width() || height != image.height()) {
      image = noise(width, height, kind == "extreme");
      image_kind = kind;
    }
    EXPECT_EQ(pixel_digest(resize(image, to_width, to_height, filter_named(filter))), digest) << line;
  }
}

TEST(Resize, EqualsPillowForEveryFilterAndSizeOnEveryInstructionSet) {
  for (std::int64_t targets = hwy::SupportedTargets(); targets != 0; targets &= targets - 1) {
    const std::int64_t target = targets & -targets;
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    expect_pillows_bytes();
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(Resize, CopiesAnImageOfThatSizeAlready) {
  const RgbImage image = noise(224, 224, false);
  for (const Resample filter : {Resample::nearest, Resample::lanczos, Resample::bicubic}) {
    EXPECT_EQ(test::max_difference(resize(image, 224, 224, filter), image), 0);
  }
}

TEST(Resize, KeepsAnEvenSurfaceEven) {
  RgbImage image(1999, 1001);
  std::fill_n(image.data(), image.size(), std::uint8_t{255});
  for (const Resample filter :
       {Resample::lanczos, Resample::bilinear, Resample::bicubic, Resample::box, Resample::hamming}) {
    const RgbImage resized = resize(image, 224, 224, filter);
    EXPECT_EQ(std::count(resized.data(), resized.data() + resized.size(), 255),
              std::ptrdiff_t{224} * 224 * 3);
  }
}

}  // namespace
}  // namespace vit_embed
