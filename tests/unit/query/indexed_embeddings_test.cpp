#include "query/indexed_embeddings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "formats/meta.h"
#include "formats/npy.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class IndexedEmbeddingsTest : public testing::Test {
 protected:
  /// Two rows of three numbers.
  void write_rows(ElementType type, std::string_view more = "") const {
    const std::string rows(2 * 3 * element_size(type), '\1');
    write_file(npy_, npy_header(type, {2, 3}) + rows + std::string(more));
    write_file(directory_ / "x.npy.index.csv", "row,path\n0,a\n1,b\n");
  }

  OutputMeta meta() const {
    OutputMeta meta;
    meta.fingerprint.weights_sha256 = "abc";
    meta.fingerprint.feature = Feature::mean;
    meta.shape = {2, 3};
    meta.max_pixels = 1000;
    return meta;
  }
  void write_meta(const OutputMeta& meta) const { write_file(directory_ / "x.npy.meta.json", to_json(meta)); }

  TemporaryDirectory directory_;
  std::filesystem::path npy_ = directory_ / "x.npy";
};

TEST_F(IndexedEmbeddingsTest, OfAPublishedOutputAreItsRowsNamesAndFingerprint) {
  write_rows(ElementType::float32);
  write_meta(meta());
  const IndexedEmbeddings embeddings = open_published_embeddings(npy_);
  EXPECT_EQ(embeddings.source, npy_);
  EXPECT_EQ(embeddings.rows.count(), 2U);
  EXPECT_EQ(embeddings.rows.row_size, 3U);
  EXPECT_THAT(embeddings.names.names(1), ElementsAre("b"));
  EXPECT_EQ(embeddings.fingerprint, meta().fingerprint);
  EXPECT_EQ(embeddings.max_pixels, 1000U);
}

TEST_F(IndexedEmbeddingsTest, WithoutAMetaHaveNoFingerprint) {
  write_rows(ElementType::float16);
  const IndexedEmbeddings embeddings = open_published_embeddings(npy_);
  EXPECT_EQ(embeddings.rows.type, ElementType::float16);
  EXPECT_EQ(embeddings.rows.count(), 2U);
  EXPECT_FALSE(embeddings.fingerprint);
  EXPECT_EQ(embeddings.max_pixels, kDefaultMaxPixels);
}

TEST_F(IndexedEmbeddingsTest, AreAsManyRowsAsTheHeaderCountsWhateverStandsBehindThem) {
  write_rows(ElementType::float32, std::string(100, 'x'));
  EXPECT_EQ(open_published_embeddings(npy_).rows.bytes.size(), 24U);
}

TEST_F(IndexedEmbeddingsTest, AreRefusedWhereTheFileIsCut) {
  write_rows(ElementType::float32);
  std::filesystem::resize_file(npy_, kNpyHeaderLength + 23);
  EXPECT_THAT(
      [&] { open_published_embeddings(npy_); },
      ThrowsMessage<FatalError>(AllOf(HasSubstr("x.npy'"), HasSubstr("shorter than its header says"))));
}

TEST_F(IndexedEmbeddingsTest, AreRefusedWhereTheyAreNoRows) {
  write_file(directory_ / "x.npy.index.csv", "row,path\n");
  for (const std::vector<std::uint64_t>& shape :
       {std::vector<std::uint64_t>{2, 3, 4}, {6}, {2, 0}, {std::uint64_t{1} << 62, 8}}) {
    write_file(npy_, npy_header(ElementType::float32, shape) + std::string(96, '\0'));
    EXPECT_THROW(open_published_embeddings(npy_), FatalError) << shape.size();
  }
  std::string doubles = npy_header(ElementType::float32, {2, 3});
  doubles.replace(doubles.find("<f4"), 3, "<f8");
  write_file(npy_, doubles + std::string(48, '\0'));
  EXPECT_THAT([&] { open_published_embeddings(npy_); },
              ThrowsMessage<FatalError>(HasSubstr("does not hold rows of float32 or float16")));
}

TEST_F(IndexedEmbeddingsTest, AreRefusedWhereTheMetaIsThatOfOtherRows) {
  write_rows(ElementType::float32);
  OutputMeta other = meta();
  other.shape = {1, 3};
  write_meta(other);
  EXPECT_THAT([&] { open_published_embeddings(npy_); },
              ThrowsMessage<FatalError>(HasSubstr("is not the meta of")));
}

}  // namespace
}  // namespace vit_embed
