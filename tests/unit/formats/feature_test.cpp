#include "formats/feature.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(Feature, IsReadAsItIsSpelled) {
  for (const Feature feature : kFeatures) EXPECT_EQ(feature_from_string(to_string(feature)), feature);
  EXPECT_EQ(to_string(Feature::cls), "cls");
  EXPECT_EQ(to_string(Feature::pooler), "pooler");
  EXPECT_EQ(to_string(Feature::mean), "mean");
  EXPECT_EQ(to_string(Feature::tokens), "tokens");
  EXPECT_EQ(feature_from_string("CLS"), std::nullopt);
  EXPECT_EQ(feature_from_string(""), std::nullopt);
}

TEST(ElementType, IsReadAsItIsSpelledAndHasASize) {
  EXPECT_EQ(element_type_from_string("float32"), ElementType::float32);
  EXPECT_EQ(element_type_from_string("float16"), ElementType::float16);
  EXPECT_EQ(to_string(ElementType::float16), "float16");
  EXPECT_EQ(element_type_from_string("float64"), std::nullopt);
  EXPECT_EQ(element_size(ElementType::float32), 4u);
  EXPECT_EQ(element_size(ElementType::float16), 2u);
}

}  // namespace
}  // namespace vit_embed
