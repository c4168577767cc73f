#include "vit/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "vit/architecture.h"

namespace vit_embed {
namespace {

std::set<std::string> names_of(const Architecture& architecture) {
  std::set<std::string> names;
  for (const Parameter& parameter : vit_parameters(architecture)) names.insert(parameter.name);
  return names;
}

TEST(Parameters, OfVitLargeAreThoseOfItsCheckpoint) {
  const auto parameters = vit_parameters(vit_large_patch16_224());
  EXPECT_EQ(parameters.size(), 4 + 24 * 16 + 4);
  const auto total = std::accumulate(parameters.begin(), parameters.end(), std::int64_t{0},
                                     [](auto sum, const Parameter& p) { return sum + p.num_elements(); });
  EXPECT_EQ(total, 304'351'232);  // google/vit-large-patch16-224-in21k: 1.22 GB of float32
}

TEST(Parameters, HaveTheHubsNamesAndShapes) {
  const auto parameters = vit_parameters(Architecture());
  const auto shape_of = [&](const std::string& name) {
    const auto found =
        std::find_if(parameters.begin(), parameters.end(), [&](auto& p) { return p.name == name; });
    return found == parameters.end() ? "none" : shape_to_string(found->shape);
  };
  EXPECT_EQ(shape_of("embeddings.cls_token"), "[1, 1, 768]");
  EXPECT_EQ(shape_of("embeddings.position_embeddings"), "[1, 197, 768]");
  EXPECT_EQ(shape_of("embeddings.patch_embeddings.projection.weight"), "[768, 3, 16, 16]");
  EXPECT_EQ(shape_of("encoder.layer.11.attention.attention.query.weight"), "[768, 768]");
  EXPECT_EQ(shape_of("encoder.layer.0.intermediate.dense.weight"), "[3072, 768]");
  EXPECT_EQ(shape_of("encoder.layer.0.output.dense.weight"), "[768, 3072]");
  EXPECT_EQ(shape_of("encoder.layer.0.layernorm_before.bias"), "[768]");
  EXPECT_EQ(shape_of("pooler.dense.bias"), "[768]");
}

TEST(Parameters, LackThePoolerWhereThereIsNone) {
  Architecture without;
  without.pooler = false;
  EXPECT_FALSE(names_of(without).contains("pooler.dense.weight"));
}

TEST(Parameters, LackTheQkvBiasesWhereThereAreNone) {
  Architecture without;
  without.qkv_bias = false;
  const auto names = names_of(without);
  EXPECT_FALSE(names.contains("encoder.layer.0.attention.attention.query.bias"));
  EXPECT_TRUE(names.contains("encoder.layer.0.attention.output.dense.bias"));
}

TEST(CheckpointName, IsTheHubsWhateverTransformersCallsTheModule) {
  EXPECT_EQ(checkpoint_name("layers.11.attention.k_proj.bias"),
            "encoder.layer.11.attention.attention.key.bias");
  EXPECT_EQ(checkpoint_name("vit.layers.0.mlp.fc2.weight"), "encoder.layer.0.output.dense.weight");
  EXPECT_EQ(checkpoint_name("layers.3.layernorm_after.weight"), "encoder.layer.3.layernorm_after.weight");
  for (const Parameter& parameter : vit_parameters(Architecture())) {
    EXPECT_EQ(checkpoint_name(parameter.name), parameter.name);
    EXPECT_EQ(checkpoint_name("vit." + parameter.name), parameter.name);
  }
}

TEST(CheckpointName, LeavesOtherNamesAsTheyAre) {
  for (const char* name : {"classifier.weight", "layers", "layers.0", "", "visual.proj"}) {
    EXPECT_EQ(checkpoint_name(name), name);
  }
}

}  // namespace
}  // namespace vit_embed
