#include "vit/architecture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "vit/activation.h"

namespace vit_embed {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

auto refuses(const char* reason) {
  return ThrowsMessage<FatalError>(HasSubstr(reason));
}

TEST(Architecture, AcceptsWhatTheHubHas) {
  EXPECT_NO_THROW(validate_architecture(Architecture()));
  EXPECT_NO_THROW(validate_architecture(vit_large_patch16_224()));
}

TEST(Architecture, RefusesSizesOutOfRange) {
  for (int Architecture::*field :
       {&Architecture::hidden_size, &Architecture::num_hidden_layers, &Architecture::num_attention_heads,
        &Architecture::intermediate_size, &Architecture::patch_size}) {
    for (int value : {0, -1, 2'000'000'000}) {
      Architecture a;
      a.*field = value;
      EXPECT_THAT([&] { validate_architecture(a); }, refuses("it must lie between"));
    }
  }
  for (const ImageSize size : {ImageSize{0, 224}, ImageSize{224, -1}, ImageSize{2'000'000'000, 224}}) {
    Architecture a;
    a.image_size = size;
    EXPECT_THAT([&] { validate_architecture(a); }, refuses("image_size is"));
  }
}

TEST(Architecture, RefusesWhatDoesNotDivide) {
  Architecture heads;
  heads.num_attention_heads = 7;
  EXPECT_THAT([&] { validate_architecture(heads); },
              refuses("hidden_size 768 is not divisible by num_attention_heads 7"));
}

TEST(Architecture, CountsWholePatchesOnly) {
  Architecture margin;
  margin.patch_size = 15;
  EXPECT_NO_THROW(validate_architecture(margin));
  EXPECT_EQ(margin.num_patches(), 14 * 14);
  Architecture wide;
  wide.image_size = {32, 64};
  EXPECT_EQ(wide.num_tokens(), 2 * 4 + 1);
}

TEST(Architecture, RefusesAnImageSmallerThanAPatch) {
  Architecture a;
  a.image_size = {224, 15};
  EXPECT_THAT([&] { validate_architecture(a); }, refuses("image_size 224x15 is less than patch_size 16"));
}

TEST(Architecture, RefusesOtherChannelsThanRgb) {
  Architecture a;
  a.num_channels = 1;
  EXPECT_THAT([&] { validate_architecture(a); }, refuses("num_channels is 1"));
}

TEST(Architecture, RefusesAnEpsilonThatIsNone) {
  for (double eps : {0.0, -1e-6, 1.0, std::nan("")}) {
    Architecture a;
    a.layer_norm_eps = eps;
    EXPECT_THAT([&] { validate_architecture(a); }, refuses("layer_norm_eps"));
  }
}

TEST(Architecture, RefusesAnUnknownActivationAndNamesTheKnown) {
  Architecture a;
  a.hidden_act = "swish";
  EXPECT_THAT([&] { validate_architecture(a); },
              refuses("hidden_act 'swish' is not supported: only gelu, gelu_new"));
}

TEST(Activation, GoesByTransformersNames) {
  EXPECT_EQ(activation_from_hidden_act("gelu"), Activation::gelu);
  EXPECT_EQ(activation_from_hidden_act("gelu_new"), Activation::gelu_tanh);
  EXPECT_EQ(activation_from_hidden_act("gelu_pytorch_tanh"), Activation::gelu_tanh);
  EXPECT_EQ(activation_from_hidden_act("quick_gelu"), Activation::quick_gelu);
  EXPECT_EQ(activation_from_hidden_act("relu"), Activation::relu);
}

}  // namespace
}  // namespace vit_embed
