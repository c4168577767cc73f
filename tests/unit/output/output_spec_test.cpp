#include "output/output_spec.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(OutputFormat, FollowsTheExtension) {
  EXPECT_EQ(output_format_of("a/photos.npy"), OutputFormat::npy);
  EXPECT_EQ(output_format_of("photos.2024.csv"), OutputFormat::csv);
  EXPECT_EQ(output_format_of("photos.jsonl"), OutputFormat::jsonl);
  EXPECT_EQ(output_format_of("photos"), std::nullopt);
  EXPECT_EQ(output_format_of("photos.txt"), std::nullopt);
  EXPECT_EQ(output_format_of("dir.npy/photos"), std::nullopt);
  EXPECT_EQ(output_format_of(".npy"), std::nullopt) << "a hidden file without an extension";
  for (const OutputFormat format : {OutputFormat::npy, OutputFormat::csv, OutputFormat::jsonl}) {
    EXPECT_EQ(output_format_from_string(to_string(format)), format);
  }
  EXPECT_EQ(output_format_from_string("tsv"), std::nullopt);
}

TEST(OutputSpec, SeveralFeaturesHaveNamesOfTheirOwn) {
  EXPECT_EQ(output_path("d.x/photos.npy", Feature::cls, false), "d.x/photos.npy");
  EXPECT_EQ(output_path("d.x/photos.npy", Feature::cls, true), "d.x/photos.cls.npy");
  EXPECT_EQ(output_path("photos.v2.jsonl", Feature::pooler, true), "photos.v2.pooler.jsonl");
  EXPECT_EQ(output_path("photos", Feature::mean, true), "photos.mean");
}

TEST(OutputSpec, SidecarsStandBesideTheOutput) {
  const OutputFiles files = published_files("d/photos.npy");
  EXPECT_EQ(files.rows, "d/photos.npy");
  EXPECT_EQ(files.index, "d/photos.npy.index.csv");
  EXPECT_EQ(files.failures, "d/photos.npy.failures.csv");
  EXPECT_EQ(files.meta, "d/photos.npy.meta.json");
  EXPECT_EQ(partial_directory("d/photos.npy"), "d/photos.npy.partial");
}

TEST(OutputSpec, EstimatesItsSizeFromAllFeatures) {
  OutputSpec spec;
  spec.features.resize(2);
  spec.features[0].row_shape = {1000};
  spec.features[1].row_shape = {10, 1000};
  EXPECT_EQ(spec.features[1].row_size(), 10'000u);
  EXPECT_NEAR(estimated_size(spec, 100), 100 * 44'000.0, 100 * 200.0);
  spec.features[1].fingerprint.dtype = ElementType::float16;
  EXPECT_NEAR(estimated_size(spec, 100), 100 * 24'000.0, 100 * 200.0);
  spec.format = OutputFormat::csv;
  EXPECT_GT(estimated_size(spec, 100), 100 * 11'000 * 10.0);
  EXPECT_EQ(estimated_size(spec, 0), 0);
}

}  // namespace
}  // namespace vit_embed
