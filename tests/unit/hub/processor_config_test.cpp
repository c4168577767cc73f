#include "hub/processor_config.h"

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

class ProcessorConfig : public testing::Test {
 protected:
  Preprocessing read(const std::string& json) const {
    write_file_atomically(directory_.path() / "preprocessor_config.json", json);
    return read_processor_config(directory_.path() / "preprocessor_config.json");
  }

  void expect_refused(const std::string& json, const char* reason) const {
    EXPECT_THAT([&] { read(json); },
                ThrowsMessage<FatalError>(AllOf(HasSubstr("preprocessor_config.json'"), HasSubstr(reason))));
  }

  TemporaryDirectory directory_;
};

TEST_F(ProcessorConfig, TakesTransformersDefaultsForWhatIsAbsent) {
  EXPECT_EQ(read("{}"), Preprocessing());
}

TEST_F(ProcessorConfig, OfTheOldFormIsRead) {
  // google/vit-large-patch16-224-in21k's, to the byte.
  EXPECT_EQ(
      read(R"({"do_normalize":true,"do_resize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],)"
           R"("resample":2,"size":224,"feature_extractor_type":"ViTFeatureExtractor"})"),
      Preprocessing());
}

TEST_F(ProcessorConfig, OfTodaysFormIsRead) {
  EXPECT_EQ(read_processor_config(VIT_EMBED_TEST_DATA "/golden/tiny-vit/preprocessor_config.json"),
            Preprocessing());
}

TEST_F(ProcessorConfig, KeepsEveryField) {
  const Preprocessing p =
      read(R"({"size": {"height": 384, "width": 384}, "resample": 3, "rescale_factor": 0.5,
      "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6]})");
  EXPECT_EQ(p.image_size, (ImageSize{384, 384}));
  EXPECT_EQ(p.resample, Resample::bicubic);
  EXPECT_EQ(p.rescale_factor, 0.5);
  EXPECT_EQ(p.image_mean, (std::array{0.1, 0.2, 0.3}));
  EXPECT_EQ(p.image_std, (std::array{0.4, 0.5, 0.6}));
}

TEST_F(ProcessorConfig, NeedNotBeSquare) {
  EXPECT_EQ(read(R"({"size": {"height": 224, "width": 256}})").image_size, (ImageSize{224, 256}));
}

TEST_F(ProcessorConfig, KnowsEachOfPillowsFilters) {
  for (int filter = 0; filter <= 5; ++filter) {
    EXPECT_EQ(read(R"({"resample": )" + std::to_string(filter) + "}").resample,
              static_cast<Resample>(filter));
  }
  expect_refused(R"({"resample": 6})", "resample is 6");
}

TEST_F(ProcessorConfig, WithoutRescalingHasAFactorOfOne) {
  EXPECT_EQ(read(R"({"do_rescale": false, "rescale_factor": 0.5})").rescale_factor, 1.0);
}

TEST_F(ProcessorConfig, WithoutNormalisationHasMeanZeroAndStdOne) {
  const Preprocessing p = read(R"({"do_normalize": false, "image_mean": [9, 9, 9]})");
  EXPECT_EQ(p.image_mean, (std::array{0.0, 0.0, 0.0}));
  EXPECT_EQ(p.image_std, (std::array{1.0, 1.0, 1.0}));
}

TEST_F(ProcessorConfig, RefusesWhatCannotBeHonoured) {
  expect_refused(R"({"do_resize": false})", "do_resize is false");
  expect_refused(R"({"do_center_crop": true})", "do_center_crop is true");
  expect_refused(R"({"size": {"shortest_edge": 224}})", "shortest_edge");
  expect_refused(R"({"image_processor_type": "CLIPImageProcessor"})",
                 "'CLIPImageProcessor' is not supported");
  expect_refused(R"({"image_std": [0.5, 0, 0.5]})", "image_std must be three numbers above zero");
  expect_refused(R"({"rescale_factor": 0})", "rescale_factor must be a number above zero");
}

TEST_F(ProcessorConfig, NamesAFieldOfTheWrongType) {
  expect_refused(R"({"size": "224"})", "size must be an integer");
  expect_refused(R"({"size": 0})", "size must be above zero");
  expect_refused(R"({"size": {"height": 224, "width": 0}})", "size must be an integer or");
  expect_refused(R"({"size": {"height": 224}})", "size must be an integer or {\"height\", \"width\"}");
  expect_refused(R"({"size": {"height": 4294967520, "width": 4294967520}})", "size must be an integer or");
  expect_refused(R"({"image_mean": [0.5, 0.5]})", "image_mean must be three numbers");
  expect_refused(R"({"image_mean": ["a", 1, 1]})", "image_mean must be a list of numbers");
  expect_refused(R"({"do_resize": "yes"})", "do_resize must be true or false");
}

}  // namespace
}  // namespace vit_embed
