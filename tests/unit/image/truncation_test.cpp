#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "image/decode.h"
#include "test_images.h"

namespace vit_embed {
namespace {

constexpr DecodeOptions kAllowed{.allow_truncated = true};

RgbImage decode(const std::vector<std::byte>& encoded, const DecodeOptions& options = {}) {
  return ImageDecoder({}).decode(encoded, options);
}

std::vector<std::byte> first_part(const std::vector<std::byte>& encoded, double share) {
  const auto kept = static_cast<std::ptrdiff_t>(static_cast<double>(encoded.size()) * share);
  return {encoded.begin(), encoded.begin() + kept};
}

/// Rows from the top that two images share.
int equal_rows(const RgbImage& a, const RgbImage& b) {
  int y = 0;
  while (y < a.height() && std::equal(a.row(y), a.row(y) + a.row_bytes(), b.row(y))) ++y;
  return y;
}

/// Black, or in a GIF the colour of index 0.
bool is_even_from(const RgbImage& image, int first_row) {
  const std::uint8_t* last = image.data() + image.size() - RgbImage::kChannels;
  for (const std::uint8_t* pixel = image.row(first_row); pixel < last; pixel += RgbImage::kChannels) {
    if (!std::equal(pixel, pixel + RgbImage::kChannels, last)) return false;
  }
  return true;
}

TEST(AllowTruncated, PadsJpegAsPillowDoes) {
  for (const std::string& line : test::read_lines(test::data_path("pillow/truncation.txt"))) {
    std::istringstream fields(line);
    std::string file, refused, padded;
    std::size_t kept = 0;
    fields >> file >> kept >> refused >> padded;
    auto encoded = test::read_file(test::data_path("golden/images/" + file));
    encoded.resize(kept);
    std::string result = "error";
    try {
      result = test::pixel_digest(decode(encoded, kAllowed));
    } catch (const InputError&) {
    }
    // How coarse a progressive image's missing scans leave it depends on libjpeg's version.
    const bool is_progressive = file == "photo-progressive-q75.jpg";
    EXPECT_EQ(is_progressive ? result == "error" : result == padded,
              is_progressive ? padded == "error" : true)
        << line;
  }
}

class AllowTruncatedIn : public testing::TestWithParam<std::string> {
 protected:
  static std::vector<std::byte> whole_file() {
    constexpr std::string_view kCorpus = "corpus/";
    const std::string& name = GetParam();
    return test::read_file(name.starts_with(kCorpus) ? test::corpus_path(name.substr(kCorpus.size()))
                                                     : test::data_path(name));
  }
};

TEST_P(AllowTruncatedIn, KeepsTheRowsThatAreThereAndFillsTheRest) {
  const auto encoded = whole_file();
  const RgbImage whole = decode(encoded);
  const auto cut = first_part(encoded, 0.6);
  EXPECT_THROW(decode(cut), InputError);
  const RgbImage padded = decode(cut, kAllowed);
  ASSERT_EQ(padded.width(), whole.width());
  ASSERT_EQ(padded.height(), whole.height());
  const int rows = equal_rows(whole, padded);
  EXPECT_GT(rows, whole.height() / 5);
  EXPECT_LT(rows, whole.height());
  EXPECT_TRUE(is_even_from(padded, std::min(rows + 32, whole.height() - 1)));
}

TEST_P(AllowTruncatedIn, ChangesNothingInAWholeImage) {
  const auto encoded = whole_file();
  EXPECT_EQ(test::pixel_digest(decode(encoded, kAllowed)), test::pixel_digest(decode(encoded)));
}

TEST_P(AllowTruncatedIn, RefusesWhatHasNoRowAtAll) {
  const auto encoded = whole_file();
  for (std::size_t kept = 0; kept < 20; ++kept) {
    EXPECT_THROW(decode({encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(kept)}, kAllowed),
                 InputError);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, AllowTruncatedIn,
                         testing::Values("golden/images/rgb-8bit.png", "golden/images/palette.png",
                                         "golden/images/photo.webp", "golden/images/lossless.webp",
                                         "golden/images/binary.ppm", "corpus/gif/89a.gif",
                                         "pillow/five-strips.tiff"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::ranges::replace_if(
                               name, [](unsigned char c) { return !std::isalnum(c); }, '_');
                           return name;
                         });

TEST(AllowTruncated, KeepsTheLowerRowsOfABmpWhichIsStoredFromBelow) {
  const auto encoded = test::read_file(test::data_path("golden/images/photo.bmp"));
  const RgbImage whole = decode(encoded);
  const RgbImage padded = decode(first_part(encoded, 0.6), kAllowed);
  const int last = whole.height() - 1;
  EXPECT_TRUE(std::equal(whole.row(last), whole.row(last) + whole.row_bytes(), padded.row(last)));
  EXPECT_EQ(*std::max_element(padded.row(0), padded.row(1)), 0);
}

}  // namespace
}  // namespace vit_embed
