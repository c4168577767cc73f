#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "encoder/torchscript_encoder.h"
#include "hub/position_embeddings.h"
#include "support/expected_tokens.h"
#include "support/exported_model.h"
#include "support/temporary_directory.h"

// tests/data/variants: ViTs of every kind that the Hub has, exported and run.

namespace vit_embed {
namespace {

const std::filesystem::path kVariants = VIT_EMBED_TEST_DATA "/variants";

/// "NAME/expected-HxW" of every case.
std::vector<std::string> cases() {
  return expected_names(kVariants);
}

class ModelVariant : public testing::TestWithParam<std::string> {};

TEST_P(ModelVariant, GivesWhatTransformersGives) {
  const std::filesystem::path expected = kVariants / (GetParam() + ".npy");
  const std::string stem = expected.stem().native();
  const ImageSize size = image_size_from_string(stem.substr(stem.find('-') + 1)).value();
  const TemporaryDirectory directory;
  Snapshot snapshot = open_snapshot(expected.parent_path(), [](LogLevel, std::string_view) {});
  const bool native = size == snapshot.architecture.image_size;
  settle_image_size(snapshot, native ? std::nullopt : std::optional(size));
  export_snapshot(snapshot, directory / "model.pt");
  const auto encoder = load_torchscript_encoder(directory / "model.pt", {});
  EXPECT_LT(largest_difference_from(expected, *encoder, size, snapshot.architecture.pooler), 1e-4F);
}

INSTANTIATE_TEST_SUITE_P(Hub, ModelVariant, testing::ValuesIn(cases()), test_name);

TEST(ModelVariants, AreAllThere) {
  EXPECT_EQ(cases().size(), 20U);
}

}  // namespace
}  // namespace vit_embed
