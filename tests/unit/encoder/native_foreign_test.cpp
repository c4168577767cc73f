#include "encoder/native_foreign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <string>
#include <vector>

#include "encoder/torchscript_foreign.h"
#include "runtime/instruction_set.h"
#include "support/expected_tokens.h"
#include "support/exported_model.h"
#include "support/temporary_directory.h"
#include "torchscript/vit_module.h"

// Which TorchScript from elsewhere the native engine takes: of tests/data/traces, and what is built here.

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::filesystem::path kTraces = VIT_EMBED_TEST_DATA "/traces";
constexpr ImageSize kSize{32, 32};

std::vector<std::string> traces(bool plain) {
  std::vector<std::string> names = expected_names(kTraces);
  std::erase_if(names, [plain](const std::string& name) {
    return plain == (name.find("frozen") != std::string::npos || name == "not-a-vit");
  });
  return names;
}

EncoderOptions options() {
  EncoderOptions options;
  options.isa = supported_instruction_set();
  return options;
}

ForeignModel load(const std::filesystem::path& path, ImageSize size = kSize) {
  Preprocessing preprocessing;
  preprocessing.image_size = size;
  return load_foreign_model(path, preprocessing, options(), [](LogLevel, std::string_view) {});
}

NativeFit fit(const std::filesystem::path& path, ImageSize size = kSize) {
  return fit_native_encoder(load(path, size), options());  // the module does not outlive this
}

std::vector<float> tokens_of(Encoder& encoder) {
  const ModelDescription& m = encoder.description();
  std::vector<float> tokens(std::size_t{2} * static_cast<std::size_t>(m.num_tokens * m.hidden_size));
  const FeatureOutput output{Feature::tokens, tokens};
  encoder.encode(made_up_pixel_values(kSize), 2, {&output, 1});
  return tokens;
}

class PlainTrace : public testing::TestWithParam<std::string> {};

TEST_P(PlainTrace, IsServedWithTheNumbersOfPython) {
  const ForeignModel model = load(kTraces / (GetParam() + ".pt"));
  const NativeFit native = fit_native_encoder(model, options());
  ASSERT_NE(native.encoder, nullptr) << native.reason;
  EXPECT_EQ(native.encoder->engine(), "native");
  const ModelDescription description = native.encoder->description();
  EXPECT_EQ(description, model.encoder->description());
  EXPECT_LT(
      largest_difference_from(kTraces / (GetParam() + ".npy"), *native.encoder, kSize, description.pooler),
      1e-4F);
}

INSTANTIATE_TEST_SUITE_P(Python, PlainTrace, testing::ValuesIn(traces(true)), test_name);

TEST(PlainTraces, AreAllButTheFrozenAndTheOneThatIsNone) {
  EXPECT_EQ(traces(true).size(), 12U);
}

class OtherTrace : public testing::TestWithParam<std::string> {};

TEST_P(OtherTrace, DoesNotFitAndSaysWhy) {
  const NativeFit native = fit(kTraces / (GetParam() + ".pt"));
  EXPECT_EQ(native.encoder, nullptr);
  EXPECT_THAT(native.reason, HasSubstr(GetParam() == "not-a-vit" ? "no parameter 'embeddings.cls_token'"
                                                                 : "a frozen module"));
}

INSTANTIATE_TEST_SUITE_P(Python, OtherTrace, testing::ValuesIn(traces(false)), test_name);

TEST(TraceWithoutPoolerOutput, GivesNoneNatively) {
  const NativeFit native = fit(kTraces / "torch2.14-v5-eager-tensor.pt");
  ASSERT_NE(native.encoder, nullptr) << native.reason;
  EXPECT_FALSE(native.encoder->description().pooler);
}

/// Our own module in another, as ViTForImageClassification has it, with another forward around it.
class WrappedVit : public testing::Test {
 protected:
  WrappedVit() { architecture_ = small_architecture(); }

  torch::jit::Module wrap() const {
    const Snapshot snapshot = small_snapshot(architecture_);
    torch::jit::Module module("__torch__.Wrapped");
    module.register_module("vit", build_vit_module(architecture_, *snapshot.weights));
    return module;
  }

  NativeFit fit_module(torch::jit::Module& module, const std::string& returned) const {
    module.define("def forward(self, x):\n    o = self.vit.forward(x)\n    return " + returned + "\n");
    const TemporaryDirectory directory;
    module.save((directory / "model.pt").native());
    return fit(directory / "model.pt");
  }

  NativeFit fit_returning(const std::string& returned) const {
    torch::jit::Module module = wrap();
    return fit_module(module, returned);
  }

  Architecture architecture_;
};

TEST_F(WrappedVit, IsServedWithWhateverActivation) {
  for (const char* activation : {"gelu", "gelu_pytorch_tanh", "quick_gelu", "relu"}) {
    architecture_.hidden_act = activation;
    const NativeFit native = fit_returning("(o[0], o[1])");
    EXPECT_NE(native.encoder, nullptr) << activation << ": " << native.reason;
  }
}

TEST_F(WrappedVit, IsServedWithHeadsOfAnotherSizeThan64WhereThatDividesToo) {
  architecture_.hidden_size = 320;
  architecture_.num_attention_heads = 4;
  torch::jit::Module module = wrap();
  const NativeFit native = fit_module(module, "(o[0], o[1])");
  ASSERT_NE(native.encoder, nullptr) << native.reason;
  const TemporaryDirectory directory;
  module.save((directory / "model.pt").native());
  const ForeignModel model = load(directory / "model.pt");
  // Closer than the check at load asks.
  const std::vector<float> expected = tokens_of(*model.encoder);
  EXPECT_THAT(tokens_of(*native.encoder), testing::Pointwise(testing::FloatNear(1e-5F), expected));
}

TEST_F(WrappedVit, IsServedWithoutPoolerAndBiases) {
  architecture_.pooler = false;
  architecture_.qkv_bias = false;
  const NativeFit native = fit_returning("(o[0],)");
  EXPECT_NE(native.encoder, nullptr) << native.reason;
}

TEST_F(WrappedVit, OfAnotherForwardUnderTheSameNamesIsRefused) {
  EXPECT_THAT(fit_returning("(o[0] * 1.01, o[1])").reason, HasSubstr("its forward is another"));
  EXPECT_THAT(fit_returning("(o[0], o[1] * 1.01)").reason, HasSubstr("its forward is another"));
  EXPECT_THAT(fit_returning("(o[0][:, 1:], o[1])").reason, HasSubstr("it gives 4 tokens of 8"));
}

TEST_F(WrappedVit, MayHaveAClassifier) {
  torch::jit::Module module = wrap();
  torch::jit::Module classifier("__torch__.Classifier");
  classifier.register_parameter("weight", (*module.named_parameters().begin()).value.clone(), false);
  module.register_module("classifier", classifier);
  EXPECT_NE(fit_module(module, "(o[0], o[1])").encoder, nullptr);
}

TEST_F(WrappedVit, WithAParameterTooManyIsRefusedWithItsName) {
  torch::jit::Module module = wrap();
  module.register_parameter("adapter", (*module.named_parameters().begin()).value.clone(), false);
  EXPECT_THAT(fit_module(module, "(o[0], o[1])").reason, HasSubstr("its parameter 'adapter' is none of"));
}

TEST_F(WrappedVit, WithAPoolerThatIsNotItsParametersIsRefused) {
  architecture_.pooler = false;
  EXPECT_THAT(fit_returning("(o[0], o[0][:, 0])").reason, HasSubstr("no parameter 'pooler.dense.weight'"));
}

TEST_F(WrappedVit, WithTwoActivationsIsRefused) {
  EXPECT_THAT(fit_returning("(torch.relu(o[0]), o[1])").reason,
              AllOf(HasSubstr("more than one activation"), HasSubstr("gelu, relu")));
}

}  // namespace
}  // namespace vit_embed
