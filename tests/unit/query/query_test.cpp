#include "query/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/npy.h"
#include "pipeline/fake_runtime.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

/// Finds row 1, then row 0, for every query, and draws an image as its own bytes.
class FindingRuntime : public FakeRuntime {
 public:
  using FakeRuntime::FakeRuntime;

  std::vector<std::vector<SimilarRow>> find_similar_rows(const StoredRows& rows,
                                                         std::span<const float> queries,
                                                         const RowSearch& search) const override {
    queries_.assign(queries.begin(), queries.end());
    shown_.assign(search.shown.begin(), search.shown.end());
    return std::vector(queries.size() / rows.row_size, std::vector<SimilarRow>{{1, 0.75}, {0, 0.5}});
  }
  std::vector<std::byte> make_thumbnail(std::span<const std::byte> encoded, const DecodeOptions&,
                                        int) const override {
    return {encoded.begin(), encoded.end()};
  }

  mutable std::vector<float> queries_;
  mutable std::vector<std::uint8_t> shown_;
};

class QueryTest : public FakeRun {
 protected:
  QueryTest() {
    write_file(directory_ / "x.npy", npy_header(ElementType::float32, {3, 3}) + std::string(36, '\0'));
    write_index("row,path\n0,zero\n1,one\n1,uno\n");
    made_->weights_sha256 = FakeModel::some_metadata().weights_sha256;
    made_->preprocessing = FakeModel::some_metadata().preprocessing;
  }

  void write_index(std::string_view csv) { write_file(directory_ / "index.csv", csv); }

  QueryReport ask(std::size_t most = 10, int thumbnail_side = 0) {
    IndexedEmbeddings rows = map_embeddings(directory_ / "x.npy", directory_ / "index.csv");
    rows.fingerprint = made_;
    messages_.clear();
    return query(
        rows,
        {.inputs = options_.inputs, .embedding = options_, .most = most, .thumbnail_side = thumbnail_side},
        runtime_,
        [this](LogLevel level, std::string_view message) {
          if (level != LogLevel::debug) messages_.emplace_back(message);
        },
        stop_.get_token());
  }

  std::optional<Fingerprint> made_ = Fingerprint{};
  FindingRuntime runtime_{{}};
  std::vector<std::string> messages_;
};

std::vector<std::string> names_of(const QueryAnswer& answer) {
  std::vector<std::string> names;
  for (const Neighbor& neighbor : answer.neighbors) names.push_back(neighbor.name);
  return names;
}

TEST_F(QueryTest, AnswersEachImageInItsOrderWithEveryNameOfARow) {
  make_images(5);
  const QueryReport report = ask();
  ASSERT_EQ(report.answers.size(), 5U);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(report.answers[i].name, image_path(i));
    EXPECT_THAT(names_of(report.answers[i]), ElementsAre("one", "uno", "zero"));
    EXPECT_EQ(report.answers[i].neighbors[1].cosine, 0.75);
  }
  EXPECT_THAT(runtime_.shown_, ElementsAre(1, 1, 0));
  EXPECT_EQ(runtime_.queries_.size(), 15U);
  EXPECT_EQ(runtime_.queries_[4], FakeModel::row_value(1, Feature::cls, 1));
}

TEST_F(QueryTest, NamesNoMoreThanWereAskedFor) {
  make_images(1);
  EXPECT_THAT(names_of(ask(2).answers[0]), ElementsAre("one", "uno"));
}

TEST_F(QueryTest, AnImageThatFailsCostsItselfOnly) {
  make_images(3);
  write_file(image_path(1), "bad");
  const QueryReport report = ask();
  ASSERT_EQ(report.answers.size(), 3U);
  EXPECT_EQ(report.answers[1].failure.value().reason, "not a number: bad");
  EXPECT_THAT(report.answers[1].neighbors, IsEmpty());
  EXPECT_THAT(names_of(report.answers[2]), ElementsAre("one", "uno", "zero"));
  EXPECT_EQ(runtime_.queries_.size(), 6U);
}

TEST_F(QueryTest, EmbedsAsTheRowsWereEmbedded) {
  make_images(2);
  made_->feature = Feature::mean;
  made_->exif_orientation_applied = false;
  made_->l2_normalized = true;
  ask();
  float length = 0;
  for (std::size_t i = 3; i < 6; ++i) length += runtime_.queries_[i] * runtime_.queries_[i];
  EXPECT_NEAR(length, 1, 1e-6);
  EXPECT_LT(runtime_.queries_[3], 0);  // as the fake model has an image that is not turned
}

TEST_F(QueryTest, OfAnotherModelThanTheRowsIsRefusedWithWhatDiffers) {
  make_images(1);
  made_->weights_sha256 = std::string(64, 'e');
  made_->preprocessing.resample = Resample::bicubic;
  EXPECT_THAT([&] { ask(); },
              ThrowsMessage<RefusedError>(AllOf(HasSubstr("weights_sha256: \"ee"), HasSubstr("\"ff"),
                                                HasSubstr("preprocessing.resample: \"bicubic\" then"))));
}

TEST_F(QueryTest, WithAForeignModelPreprocessesAsForTheRows) {
  make_images(1);
  write_foreign_model();
  made_->preprocessing.image_mean = {0.25, 0.5, 0.75};
  EXPECT_EQ(ask().answers.size(), 1U);
}

TEST_F(QueryTest, OfRowsThatDoNotSayWhatMadeThemIsWarnedOf) {
  make_images(1);
  made_.reset();
  ask();
  EXPECT_THAT(messages_, ElementsAre(HasSubstr("does not say what made its rows: they are taken for cls")));
  write_file(directory_ / "x.npy", npy_header(ElementType::float32, {2, 4}) + std::string(32, '\0'));
  EXPECT_THAT([&] { ask(); }, ThrowsMessage<RefusedError>(HasSubstr("rows of 4 numbers")));
}

TEST_F(QueryTest, MakesThumbnailsOfTheQueriesWhereTheyAreAskedFor) {
  make_images(4);
  EXPECT_THAT(ask(1).answers[2].thumbnail, IsEmpty());
  EXPECT_THAT(ask(1, 64).answers[2].thumbnail, ElementsAre(std::byte{'2'}));
}

TEST_F(QueryTest, OfNoImagesIsAnError) {
  std::filesystem::create_directory(directory_ / "photos");
  EXPECT_THAT([&] { ask(); }, ThrowsMessage<FatalError>(HasSubstr("no images found")));
}

TEST_F(QueryTest, ThatIsStoppedFindsNothing) {
  make_images(3);
  stop_.request_stop();
  const QueryReport report = ask();
  EXPECT_TRUE(report.interrupted);
  EXPECT_THAT(report.answers, IsEmpty());
}

}  // namespace
}  // namespace vit_embed
