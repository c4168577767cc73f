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
        &Architecture::intermediate_size, &Architecture::image_size, &Architecture::patch_size}) {
    for (int value : {0, -1, 2'000'000'000}) {
      Architecture a;
      a.*field = value;
      EXPECT_THAT([&] { validate_architecture(a); }, refuses("it must lie between"));
    }
  }
}

TEST(Architecture, RefusesWhatDoesNotDivide) {
  Architecture heads;
  heads.num_attention_heads = 7;
  EXPECT_THAT([&] { validate_architecture(heads); },
              refuses("hidden_size 768 is not divisible by num_attention_heads 7"));
  Architecture patches;
  patches.patch_size = 15;
  EXPECT_THAT([&] { validate_architecture(patches); },
              refuses("image_size 224 is not divisible by patch_size 15"));
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
