#include "hub/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ModelConfig : public testing::Test {
 protected:
  Architecture read(const std::string& json) const {
    write_file_atomically(directory_.path() / "config.json", json);
    return read_model_config(directory_.path() / "config.json");
  }

  void expect_refused(const std::string& json, const char* reason) const {
    EXPECT_THAT([&] { read(json); },
                ThrowsMessage<FatalError>(AllOf(HasSubstr("config.json'"), HasSubstr(reason))));
  }

  TemporaryDirectory directory_;
};

TEST_F(ModelConfig, TakesTransformersDefaultsForWhatIsAbsent) {
  EXPECT_EQ(read(R"({"model_type": "vit"})"), Architecture());
}

TEST_F(ModelConfig, OfTheGoldenModelIsRead) {
  const Architecture a = read_model_config(VIT_EMBED_TEST_DATA "/golden/tiny-vit/config.json");
  EXPECT_EQ(a.hidden_size, 64);
  EXPECT_EQ(a.num_hidden_layers, 3);
  EXPECT_EQ(a.num_attention_heads, 4);
  EXPECT_EQ(a.intermediate_size, 256);
}

TEST_F(ModelConfig, OfAnotherModelIsRefused) {
  expect_refused(R"({"model_type": "swin"})", "model_type is 'swin': only plain ViTs");
  expect_refused("{}", "has no model_type");
  expect_refused(R"({"model_type": "vit", "architectures": ["ViTMAEModel"]})", "architecture 'ViTMAEModel'");
}

TEST_F(ModelConfig, OfAClassifierIsTaken) {
  EXPECT_EQ(read(R"({"model_type": "vit", "architectures": ["ViTForImageClassification"]})"), Architecture());
}

TEST_F(ModelConfig, TakesSizesAsANumberOrAsHeightAndWidth) {
  EXPECT_EQ(read(R"({"model_type": "vit", "image_size": 384})").image_size, (ImageSize{384, 384}));
  EXPECT_EQ(read(R"({"model_type": "vit", "image_size": [224, 384]})").image_size, (ImageSize{224, 384}));
  EXPECT_EQ(read(R"({"model_type": "vit", "patch_size": [32, 32]})").patch_size, 32);
  expect_refused(R"({"model_type": "vit", "patch_size": [16, 8]})",
                 "patch_size is 16x8: only square patches");
  expect_refused(R"({"model_type": "vit", "image_size": [224]})", "image_size must be an integer or [height");
  expect_refused(R"({"model_type": "vit", "image_size": [224, "a"]})", "image_size must be an integer");
}

TEST_F(ModelConfig, OfAnotherPoolerIsRefused) {
  expect_refused(R"({"model_type": "vit", "pooler_act": "gelu"})", "pooler_act is 'gelu'");
  expect_refused(R"({"model_type": "vit", "pooler_output_size": 10})", "pooler_output_size is 10");
}

TEST_F(ModelConfig, NamesAFieldOfTheWrongType) {
  expect_refused(R"({"model_type": 5})", "model_type must be a string, not 5");
  expect_refused(R"({"model_type": "vit", "hidden_size": "768"})",
                 "hidden_size must be an integer, not \"768\"");
  expect_refused(R"({"model_type": "vit", "hidden_size": 768.5})", "hidden_size must be an integer");
  expect_refused(R"({"model_type": "vit", "hidden_size": 99999999999})",
                 "hidden_size must be an integer of 32 bits");
  expect_refused(R"({"model_type": "vit", "hidden_size": 18446744073709551615})", "an integer of 32 bits");
  expect_refused(R"({"model_type": "vit", "qkv_bias": 1})", "qkv_bias must be true or false");
  expect_refused(R"({"model_type": "vit", "layer_norm_eps": []})", "layer_norm_eps must be a number");
  expect_refused(R"({"model_type": "vit", "architectures": [1]})", "architectures must be a list of strings");
}

TEST_F(ModelConfig, NamesNumbersThatAreNoVits) {
  expect_refused(R"({"model_type": "vit", "hidden_size": 0})", "hidden_size is 0");
  expect_refused(R"({"model_type": "vit", "num_attention_heads": 5})", "not divisible");
}

TEST_F(ModelConfig, ThatIsNoJsonObjectIsRefused) {
  expect_refused("{", "not JSON");
  expect_refused("[]", "not a JSON object");
  expect_refused(R"({"model_type":)" + std::string(1 << 20, '['), "nested too deep");
  expect_refused(std::string((16 << 20) + 1, ' '), "too large for a configuration");
  EXPECT_THAT([&] { read_model_config(directory_.path() / "none.json"); },
              ThrowsMessage<FatalError>(HasSubstr("none.json")));
}

}  // namespace
}  // namespace vit_embed
