#include "store/store_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"
#include "formats/npy.h"
#include "store/small_store.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A store of the files a, b and c, of which a and c share row 0, and of one that is deleted, whose row is 2.
class StoreCheckTest : public testing::Test {
 protected:
  StoreCheckTest() {
    store_.add("a.jpg", "one");
    store_.add("b.jpg", "two");
    store_.add("c.jpg", "one");
    store_.add("d.jpg", "three");
    store_.lose("d.jpg");
  }

  std::vector<std::string> problems() const { return check_store(store_.directory()).report.problems(); }

  void overwrite(std::uint64_t offset, std::string_view bytes) const {
    std::string content = file_content(store_.files().embeddings);
    content.replace(offset, bytes.size(), bytes);
    write_file(store_.files().embeddings, content);
  }

  void write_header(std::uint64_t rows) const { overwrite(0, npy_header(ElementType::float32, {rows, 3})); }

  SmallStore store_;
};

constexpr std::uint64_t kRow = 12;  // bytes

TEST_F(StoreCheckTest, OfAWholeStoreFindsNothing) {
  const StoreCheck check = check_store(store_.directory());
  EXPECT_THAT(check.report.problems(), IsEmpty());
  EXPECT_THAT(check.report.notes(), IsEmpty());
  EXPECT_TRUE(check.report.is_well());
  EXPECT_EQ(check.rows, 3U);
  EXPECT_EQ(check.files, 4U);
}

TEST_F(StoreCheckTest, FindsADamagedRowAndTellsWhose) {
  overwrite(kNpyHeaderLength + kRow + 5, "x");
  EXPECT_THAT(problems(),
              ElementsAre(AllOf(HasSubstr("embeddings.npy': row 1 of '/photos/b.jpg' is not what"))));
}

TEST_F(StoreCheckTest, FindsARowThatIsNotFinite) {
  store_.add("e.jpg", "four", {1, std::numeric_limits<float>::quiet_NaN(), 3});
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("row 3 of '/photos/e.jpg' has numbers that are not finite")));
}

TEST_F(StoreCheckTest, FindsThatTheRowsAreCut) {
  std::filesystem::resize_file(store_.files().embeddings, kNpyHeaderLength + 2 * kRow + 1);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("embeddings.npy' is cut: it has 2 of 3 rows")));
}

TEST_F(StoreCheckTest, TakesAHeaderThatIsBehindForAKilledRunsWork) {
  write_header(2);
  const StoreCheck check = check_store(store_.directory());
  EXPECT_THAT(check.report.problems(), IsEmpty());
  EXPECT_THAT(check.report.notes(), ElementsAre(HasSubstr("its header counts 2 of 3 rows")));
  EXPECT_EQ(check.rows, 3U);
}

TEST_F(StoreCheckTest, TakesNoNoticeOfWhatAKilledRunLeftBehindTheRows) {
  write_file(store_.files().embeddings, file_content(store_.files().embeddings) + "more of it");
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(StoreCheckTest, FindsAHeaderThatIsAheadOrOfOtherRows) {
  write_header(4);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("its header counts 4 rows, and its manifest 3")));
  overwrite(0, npy_header(ElementType::float16, {3, 3}));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("its header is not that of rows of 3 numbers in float32")));
}

TEST_F(StoreCheckTest, FindsWhatTheManifestDoesNotHaveRight) {
  store_.exec("UPDATE files SET row = 1 WHERE path = 'a.jpg'");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("manifest.sqlite': row 1 of '/photos/a.jpg' is that of other content"),
                          HasSubstr("index.csv': row 0, '/photos/a.jpg' has another row")));
  store_.exec("UPDATE files SET row = 9 WHERE path = 'a.jpg'");
  EXPECT_THAT(problems(),
              testing::Contains(HasSubstr("row 9 of '/photos/a.jpg' is not one of those that count")));
  EXPECT_THAT(problems(),
              testing::Contains(HasSubstr("a record of files refers to one of rows that is not there")));
}

TEST_F(StoreCheckTest, FindsARowWithoutAnEntry) {
  store_.exec(
      "DELETE FROM files WHERE row >= 1; DELETE FROM rows WHERE row >= 1;"
      "UPDATE generation SET indexed_changes = -1");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("has no entry for row 1"), HasSubstr("has no entry for row 2")));
}

TEST_F(StoreCheckTest, FindsEveryDifferenceOfTheIndex) {
  write_file(store_.files().index, "row,root,path\n1,/photos,a.jpg\n0,/photos,c.jpg\n0,/photos,z.jpg\n");
  EXPECT_THAT(problems(),
              ElementsAre(HasSubstr("index.csv': row 1, '/photos/b.jpg' is missing"),
                          HasSubstr("index.csv': row 0, '/photos/z.jpg' is not what the manifest has"),
                          HasSubstr("index.csv': row 1, '/photos/a.jpg' has another row")));
  write_file(store_.files().index, "row,path\n");
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("does not begin with row,root,path")));
  std::filesystem::remove(store_.files().index);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("index.csv")));
}

TEST_F(StoreCheckTest, LeavesAnIndexAloneThatTheNextRunWillWrite) {
  write_file(store_.files().index, "row,root,path\n");
  store_.exec("UPDATE generation SET changes = changes + 1");
  const StoreCheck check = check_store(store_.directory());
  EXPECT_THAT(check.report.problems(), IsEmpty());
  EXPECT_THAT(check.report.notes(), ElementsAre(HasSubstr("is older than its manifest")));
}

TEST_F(StoreCheckTest, TellsEachThatCannotBeReadAndLooksAtTheRest) {
  std::filesystem::remove(store_.files().embeddings);
  std::filesystem::remove(store_.files().index);
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("index.csv"), HasSubstr("embeddings.npy")));
  write_file(store_.files().manifest, std::string(5000, 'x'));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("manifest.sqlite': file is not a database")));
}

TEST_F(StoreCheckTest, LooksAtAMigrationsGenerationToo) {
  store_.directory().set_next(store_.directory().add_generation([&](const std::filesystem::path& path) {
    build_pending_generation(path, SmallStore::info(), store_.open(ManifestAccess::read));
  }));
  EXPECT_THAT(problems(), IsEmpty());
  std::filesystem::resize_file(store_.directory().next().value() / "embeddings.npy", 100);
  EXPECT_THAT(problems(),
              ElementsAre(AllOf(HasSubstr("gen-0002/embeddings.npy"), HasSubstr("header is cut"))));
}

TEST_F(StoreCheckTest, TellsTheFirstOfAKindAndCountsTheRest) {
  for (int i = 0; i < 22; ++i) store_.add("more" + std::to_string(i), "one");
  write_file(store_.files().index, "row,root,path\n");
  EXPECT_THAT(problems(), AllOf(SizeIs(21), testing::Contains("missing from the index: 5 more")));
}

}  // namespace
}  // namespace vit_embed
