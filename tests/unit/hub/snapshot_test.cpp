#include "hub/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/atomic_file.h"
#include "base/error.h"
#include "hub/weight_digest.h"
#include "support/safetensors_writer.h"
#include "support/temporary_directory.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

constexpr const char* kGolden = VIT_EMBED_TEST_DATA "/golden/tiny-vit";
constexpr const char* kConfig = R"({"model_type": "vit", "hidden_size": 4, "num_hidden_layers": 1,
    "num_attention_heads": 2, "intermediate_size": 8, "image_size": 32})";

class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() {
    write("config.json", kConfig);
    write("preprocessor_config.json", R"({"size": 32})");
    architecture_ = {.hidden_size = 4,
                     .num_hidden_layers = 1,
                     .num_attention_heads = 2,
                     .intermediate_size = 8,
                     .image_size = {32, 32}};
  }

  void write(const char* name, const std::string& bytes) const {
    write_file_atomically(directory_.path() / name, bytes);
  }

  /// Every tensor of the architecture, its elements all 0.5.
  std::map<std::string, TestTensor> tensors(const std::string& prefix = "") const {
    std::map<std::string, TestTensor> all;
    for (const Parameter& p : vit_parameters(architecture_)) {
      all[prefix + p.name] = {"F32", p.shape, float_bytes(std::vector<float>(p.num_elements(), 0.5F))};
    }
    return all;
  }

  Snapshot open() { return open_snapshot(directory_.path(), log_); }
  Snapshot open(const std::map<std::string, TestTensor>& tensors) {
    write("model.safetensors", safetensors_bytes(tensors));
    return open();
  }

  void expect_refused(auto... reasons) {
    EXPECT_THAT([&] { open(); }, ThrowsMessage<FatalError>(AllOf(HasSubstr(reasons)...)));
  }

  TemporaryDirectory directory_;
  Architecture architecture_;
  std::vector<std::string> messages_;
  LogSink log_ = [this](LogLevel, std::string_view message) { messages_.emplace_back(message); };
};

TEST_F(SnapshotTest, OfTheGoldenModelIsWhole) {
  const Snapshot snapshot = open_snapshot(kGolden, log_);
  EXPECT_TRUE(snapshot.architecture.pooler);
  EXPECT_EQ(snapshot.preprocessing, Preprocessing());
  const auto digest = digest_weights(vit_parameters(snapshot.architecture), *snapshot.weights);
  EXPECT_EQ(digest.tensors.size(), 56);
  EXPECT_TRUE(std::is_sorted(digest.tensors.begin(), digest.tensors.end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));
  EXPECT_TRUE(messages_.empty());
}

TEST_F(SnapshotTest, OfASafetensorsFileTakesTheConfigsBesideIt) {
  open(tensors());
  const Snapshot snapshot = open_snapshot(directory_.path() / "model.safetensors", log_);
  EXPECT_EQ(snapshot.architecture, architecture_);
}

TEST_F(SnapshotTest, OfAClassifierIsTheSameWithoutItsHead) {
  const std::string plain = digest_weights(vit_parameters(architecture_), *open(tensors()).weights).sha256;
  auto prefixed = tensors("vit.");
  prefixed["classifier.weight"] = {"F32", {10, 4}, std::string(160, 'x')};
  prefixed["classifier.bias"] = {"F32", {10}, std::string(40, 'x')};
  const Snapshot snapshot = open(prefixed);
  EXPECT_EQ(digest_weights(vit_parameters(architecture_), *snapshot.weights).sha256, plain);
}

TEST_F(SnapshotTest, WithoutPoolerTensorsHasNoPooler) {
  auto without = tensors();
  without.erase("pooler.dense.weight");
  without.erase("pooler.dense.bias");
  EXPECT_FALSE(open(without).architecture.pooler);
}

TEST_F(SnapshotTest, NamesEveryTensorThatIsWrongAtOnce) {
  auto wrong = tensors();
  wrong.erase("embeddings.cls_token");
  wrong.erase("pooler.dense.bias");
  wrong["layernorm.weight"] = {"F32", {5}, std::string(20, 'x')};
  wrong["layernorm.bias"] = {"I32", {4}, std::string(16, 'x')};
  wrong["encoder.layer.0.lora.weight"] = {"F32", {1}, "1234"};
  write("model.safetensors", safetensors_bytes(wrong));
  expect_refused("model.safetensors' does not hold the ViT",
                 "missing: embeddings.cls_token, pooler.dense.bias",
                 "not a ViT's: encoder.layer.0.lora.weight", "misshapen: layernorm.weight is [5], not [4]",
                 "not F32, F16 or BF16: layernorm.bias is I32");
}

TEST_F(SnapshotTest, CountsTheRestOfALongList) {
  write("model.safetensors", safetensors_bytes({}));
  EXPECT_THAT([&] { open(); }, ThrowsMessage<FatalError>(HasSubstr("and 12 more")));
}

TEST_F(SnapshotTest, WithANameBothWaysIsRefused) {
  auto both = tensors();
  both.merge(tensors("vit."));
  write("model.safetensors", safetensors_bytes(both));
  expect_refused("is there twice, or under two of its names");
}

TEST_F(SnapshotTest, ConvertsHalvesToFloat32) {
  const Parameter bias{"layernorm.bias", {4}, ParameterRole::bias};
  auto halves = tensors();
  halves["layernorm.bias"] = {"F16", {4}, std::string("\x00\x3c\x00\xc0\x00\x38\x01\x00", 8)};
  const Snapshot float16 = open(halves);
  const Weights from_float16 = float16.weights->read(bias);
  EXPECT_THAT(std::vector(from_float16.values.begin(), from_float16.values.end()),
              testing::ElementsAre(1, -2, 0.5, 0x1p-24F));
  halves["layernorm.bias"] = {"BF16", {4}, std::string("\x80\x3f\x00\xc0\x00\x3f\x00\x00", 8)};
  const Snapshot bfloat16 = open(halves);
  const Weights from_bfloat16 = bfloat16.weights->read(bias);
  EXPECT_THAT(std::vector(from_bfloat16.values.begin(), from_bfloat16.values.end()),
              testing::ElementsAre(1, -2, 0.5, 0));
}

TEST_F(SnapshotTest, ReadsTensorsThatAreNotAligned) {
  auto shifted = tensors();
  shifted["classifier.a"] = {"U8", {1}, "x"};  // sorts, and so lies, before all others
  const Snapshot snapshot = open(shifted);
  const Weights weights = snapshot.weights->read({"layernorm.bias", {4}, ParameterRole::bias});
  EXPECT_THAT(std::vector(weights.values.begin(), weights.values.end()), Each(0.5F));
}

TEST_F(SnapshotTest, KeepsReadWeightsBeyondItself) {
  Weights weights;
  {
    const Snapshot snapshot = open(tensors());
    weights = snapshot.weights->read({"layernorm.bias", {4}, ParameterRole::bias});
  }
  EXPECT_THAT(std::vector(weights.values.begin(), weights.values.end()), Each(0.5F));
}

TEST_F(SnapshotTest, WithoutProcessorConfigTakesTheDefaultsAndSaysSo) {
  std::filesystem::remove(directory_.path() / "preprocessor_config.json");
  const Snapshot snapshot = open(tensors());
  EXPECT_EQ(snapshot.preprocessing.image_size, (ImageSize{32, 32}));
  EXPECT_EQ(snapshot.preprocessing.image_mean, Preprocessing().image_mean);
  EXPECT_THAT(messages_, testing::ElementsAre(HasSubstr("no preprocessor_config.json")));
}

TEST_F(SnapshotTest, OfAPickleIsRefusedWithTheWayToConvertIt) {
  write("pytorch_model.bin", "x");
  expect_refused("pytorch_model.bin': a PyTorch pickle is not read", "s.save_file(torch.load(");
}

/// An index that puts every tensor but the last into a.safetensors, and that one into b.safetensors.
class ShardedSnapshot : public SnapshotTest {
 protected:
  ShardedSnapshot() {
    std::map<std::string, TestTensor> first = tensors();
    std::map<std::string, TestTensor> second;
    second.insert(first.extract("pooler.dense.weight"));
    write("a.safetensors", safetensors_bytes(first));
    write("b.safetensors", safetensors_bytes(second));
    write("model.safetensors.index.json",
          R"({"weight_map": {"layernorm.bias": "a.safetensors", "pooler.dense.weight": "b.safetensors"}})");
  }
};

TEST_F(ShardedSnapshot, IsTheSameAsInOneFile) {
  const Snapshot sharded = open();
  const std::string digest = digest_weights(vit_parameters(architecture_), *sharded.weights).sha256;
  EXPECT_EQ(digest, digest_weights(vit_parameters(architecture_), *open(tensors()).weights).sha256);
}

TEST_F(ShardedSnapshot, NamesAFileThatIsMissing) {
  std::filesystem::remove(directory_ / "b.safetensors");
  expect_refused("b.safetensors'");
}

TEST_F(ShardedSnapshot, WithATensorInTwoFilesIsRefused) {
  write("b.safetensors", safetensors_bytes(tensors()));
  expect_refused("b.safetensors': tensor", "is there twice");
}

TEST_F(SnapshotTest, UnderTheNamesOfTransformers5IsTheSame) {
  const std::string plain = digest_weights(vit_parameters(architecture_), *open(tensors()).weights).sha256;
  auto renamed = tensors();
  const auto rename = [&](const std::string& from, const std::string& to) {
    auto node = renamed.extract(from);
    node.key() = to;
    renamed.insert(std::move(node));
  };
  for (const char* kind : {"weight", "bias"}) {
    const std::string four = "encoder.layer.0.", five = "layers.0.", end = std::string(".") + kind;
    rename(four + "attention.attention.query" + end, five + "attention.q_proj" + end);
    rename(four + "attention.attention.key" + end, five + "attention.k_proj" + end);
    rename(four + "attention.attention.value" + end, five + "attention.v_proj" + end);
    rename(four + "attention.output.dense" + end, five + "attention.o_proj" + end);
    rename(four + "intermediate.dense" + end, five + "mlp.fc1" + end);
    rename(four + "output.dense" + end, five + "mlp.fc2" + end);
    rename(four + "layernorm_before" + end, five + "layernorm_before" + end);
    rename(four + "layernorm_after" + end, five + "layernorm_after" + end);
  }
  EXPECT_EQ(digest_weights(vit_parameters(architecture_), *open(renamed).weights).sha256, plain);
}

TEST_F(SnapshotTest, OfSomethingElseIsRefused) {
  expect_refused("no model.safetensors in it");
  EXPECT_THAT([&] { open_snapshot(directory_.path() / "none", log_); },
              ThrowsMessage<FatalError>(HasSubstr("no such directory or file")));
  EXPECT_THAT([&] { open_snapshot(directory_.path() / "config.json", log_); },
              ThrowsMessage<FatalError>(HasSubstr("neither a directory nor a .safetensors file")));
}

TEST_F(SnapshotTest, OfRandomWeightsIsVitLargeUnlessAConfigIsGiven) {
  EXPECT_EQ(random_snapshot({}, 1, log_).architecture, vit_large_patch16_224());
  EXPECT_EQ(random_snapshot(directory_.path(), 1, log_).architecture, architecture_);
}

}  // namespace
}  // namespace vit_embed
