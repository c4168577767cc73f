#include "output/compare_embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/error.h"
#include "formats/npy.h"
#include "output/mapped_embeddings.h"
#include "small_run.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Rows of two numbers.
EmbeddingComparison compare(const std::vector<std::string>& reference_names,
                            const std::vector<float>& reference,
                            const std::vector<std::string>& candidate_names,
                            const std::vector<float>& candidate) {
  return compare_embeddings({reference_names, reference, 2}, {candidate_names, candidate, 2});
}

TEST(CompareEmbeddings, TheSameRowsDifferInNothing) {
  const std::vector<float> rows{1, 2, 3, 4, -5, 6};
  const EmbeddingComparison found = compare({"a", "b", "c"}, rows, {"a", "b", "c"}, rows);
  EXPECT_EQ(found.images, 3u);
  EXPECT_EQ(found.min_cosine, 1);
  EXPECT_EQ(found.furthest, "a");
  EXPECT_EQ(found.mean_cosine, 1);
  EXPECT_EQ(found.max_difference, 0);
  EXPECT_TRUE(found.same_bytes);
  EXPECT_EQ(found.neighbors_compared, 3u);
  EXPECT_EQ(found.neighbors_kept, 3u);
  EXPECT_THAT(found.only_in_reference, IsEmpty());
  EXPECT_THAT(found.only_in_candidate, IsEmpty());
}

TEST(CompareEmbeddings, TellsTheSmallestCosineAndWhoseItIs) {
  const EmbeddingComparison found =
      compare({"a", "b", "c"}, {1, 0, 1, 0, 0, 2}, {"a", "b", "c"}, {2, 0, 3, 4, 0, 2});
  EXPECT_DOUBLE_EQ(found.min_cosine, 0.6);
  EXPECT_EQ(found.furthest, "b");
  EXPECT_DOUBLE_EQ(found.mean_cosine, (1 + 0.6 + 1) / 3);
  EXPECT_EQ(found.max_difference, 4);
  EXPECT_FALSE(found.same_bytes);
}

TEST(CompareEmbeddings, CountsTheImagesThatKeepTheirNearestNeighbor) {
  const EmbeddingComparison found =
      compare({"a", "b", "c"}, {1, 0, 1, 0.1F, 0, 1}, {"a", "b", "c"}, {1, 0, 0.1F, 1, 0, 1});
  EXPECT_EQ(found.neighbors_compared, 3u);
  EXPECT_EQ(found.neighbors_kept, 2u) << "b was nearest to a, and is to c";
}

TEST(CompareEmbeddings, ANeighborThatIsAsNearInTheReferenceIsKept) {
  const EmbeddingComparison found =
      compare({"a", "b", "c"}, {1, 0, 1, 0.5F, 2, 1}, {"a", "b", "c"}, {1, 0, 1, 0.5F, 2, 0.9F});
  EXPECT_EQ(found.neighbors_kept, 3u) << "b and c are one direction in the reference";
}

TEST(CompareEmbeddings, NeighborsAreComparedOfTheFirstImagesOnly) {
  const std::vector<float> rows{1, 0, 0, 1, 1, 1};
  const std::vector<std::string> names{"a", "b", "c"};
  const EmbeddingTable table{names, rows, 2};
  EXPECT_EQ(compare_embeddings(table, table, 2).neighbors_compared, 2u);
  EXPECT_EQ(compare_embeddings(table, table, 2).images, 3u);
  EXPECT_EQ(compare_embeddings(table, table, 1).neighbors_compared, 0u);
}

TEST(CompareEmbeddings, ARowOfNanIsAsFarAsCanBeUnlessItIsInBoth) {
  const EmbeddingComparison lost = compare({"a", "b"}, {1, 0, 0, 1}, {"a", "b"}, {1, 0, kNan, kNan});
  EXPECT_EQ(lost.min_cosine, 0);
  EXPECT_EQ(lost.furthest, "b");
  EXPECT_EQ(lost.mean_cosine, 0.5);
  EXPECT_TRUE(std::isinf(lost.max_difference));
  const EmbeddingComparison both = compare({"a"}, {kNan, 1}, {"a"}, {kNan, 1});
  EXPECT_EQ(both.min_cosine, 1);
  EXPECT_EQ(both.max_difference, 0);
  EXPECT_TRUE(both.same_bytes);
}

TEST(CompareEmbeddings, ARowOfZerosHasNoDirection) {
  const EmbeddingComparison found = compare({"a", "b"}, {0, 0, 0, 0}, {"a", "b"}, {1, 0, 0, 0});
  EXPECT_EQ(found.min_cosine, 0);
  EXPECT_EQ(found.furthest, "a");
  EXPECT_EQ(found.max_difference, 1);
}

TEST(CompareEmbeddings, RowsAreMatchedByNameAndTheRestIsNamed) {
  const EmbeddingComparison found =
      compare({"a", "b", "b", "d"}, {1, 0, 2, 0, 3, 0, 4, 0}, {"b", "c", "a", "b"}, {2, 0, 9, 0, 1, 0, 3, 0});
  EXPECT_EQ(found.images, 3u);
  EXPECT_TRUE(found.same_bytes) << "the first b to the first, the second to the second";
  EXPECT_THAT(found.only_in_reference, ElementsAre("d"));
  EXPECT_THAT(found.only_in_candidate, ElementsAre("c"));
}

TEST(CompareEmbeddings, NothingInCommonIsNoImage) {
  const EmbeddingComparison found = compare({"a"}, {1, 0}, {}, {});
  EXPECT_EQ(found.images, 0u);
  EXPECT_EQ(found.furthest, "");
  EXPECT_THAT(found.only_in_reference, ElementsAre("a"));
}

TEST(CompareEmbeddings, RowsOfDifferentSizesAreABug) {
  const std::vector<float> rows{1, 2};
  EXPECT_THROW(compare_embeddings({{"a"}, rows, 2}, {{"a", "b"}, rows, 1}), std::invalid_argument);
}

using MappedEmbeddingsTest = SmallRun;

TEST_F(MappedEmbeddingsTest, HaveTheRowsAndNamesThatWerePublished) {
  const std::vector<JournalEntry> inputs = some_inputs(3);
  run_whole(inputs);
  const MappedEmbeddings embeddings(spec_.path);
  const EmbeddingTable& table = embeddings.table();
  EXPECT_THAT(table.names, ElementsAre(inputs[0].name, inputs[1].name, inputs[2].name));
  EXPECT_EQ(table.row_size, 4u);
  EXPECT_THAT(table.row(2), ElementsAre(102, 102.01F, 102.02F, 102.03F));
}

TEST_F(MappedEmbeddingsTest, MayBeNone) {
  std::vector<JournalEntry> inputs = some_inputs(1);
  inputs[0].name = "bad";
  run_whole(inputs);
  EXPECT_THAT(MappedEmbeddings(spec_.path).table().names, IsEmpty());
}

TEST_F(MappedEmbeddingsTest, WhatIsNotSuchAFileIsAnErrorThatNamesIt) {
  const auto error_of = [this] {
    try {
      const MappedEmbeddings embeddings(spec_.path);
    } catch (const FatalError& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  run_whole(some_inputs(3));
  const fs::path index = published_files(spec_.path).index;
  write_file(index, file_content(index) + "3,x\n");
  EXPECT_THAT(error_of(), HasSubstr(spec_.path.native() + "' has 3 rows and its index 4"));
  write_file(index, "row,name\n0,a\n");
  EXPECT_THAT(error_of(), HasSubstr("has no column path"));
  set_features({Feature::tokens});
  run_whole(some_inputs(3));
  EXPECT_THAT(error_of(), HasSubstr("does not hold float32 rows"));
  write_file(spec_.path, npy_header(ElementType::float32, {1, 4}));
  EXPECT_THAT(error_of(), HasSubstr("does not hold float32 rows"));
}

}  // namespace
}  // namespace vit_embed
