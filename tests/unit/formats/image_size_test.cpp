#include "formats/image_size.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(ImageSize, IsSpelledHeightFirst) {
  EXPECT_EQ(to_string(ImageSize{384, 224}), "384x224");
}

TEST(ImageSize, IsReadAsASquareOrBothSides) {
  EXPECT_EQ(image_size_from_string("384"), (ImageSize{384, 384}));
  EXPECT_EQ(image_size_from_string("384x224"), (ImageSize{384, 224}));
}

TEST(ImageSize, IsNotReadFromAnythingElse) {
  for (const char* text : {"", "x", "384x", "x384", "0", "-1", "384x0", "384x224x3", "384 ", " 384",
                           "384X224", "99999999999", "1e3"}) {
    EXPECT_EQ(image_size_from_string(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace vit_embed
