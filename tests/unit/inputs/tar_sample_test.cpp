#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tar_bytes.h"
#include "tar_stream_fixture.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;

class SampleTest : public TarStreamTest {
 protected:
  /// Each input as "member: cls|txt|json".
  std::vector<std::string> columns(std::uint64_t passed_over = 0) {
    TarStream stream = opened(TarStream::Pass::read, passed_over);
    std::vector<std::string> all;
    while (const std::optional<Input> input = stream.next()) {
      all.push_back(input->name.substr(path_.native().size() + 1) + ": " + input->columns.at(0) + "|" +
                    input->columns.at(1) + "|" + input->columns.at(2));
    }
    return all;
  }
};

TEST_F(SampleTest, ColumnsStandBeforeOrBehindTheImage) {
  make(tar_of({{"a.cls", "7\n"},
               {"a.jpg", "a"},
               {"a.TXT", " a cat\r\n\n"},
               {"b.jpg", "b"},
               {"b.json", "{}"},
               {"c.jpg", "c"}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: 7| a cat|", "b.jpg: ||{}", "c.jpg: ||"));
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
}

TEST_F(SampleTest, ASampleMayHoldSeveralImages) {
  make(tar_of({{"a.left.jpg", "l"}, {"a.cls", "7"}, {"a.right.jpg", "r"}, {"b/a.jpg", "x"}}));
  EXPECT_THAT(columns(), ElementsAre("a.left.jpg: 7||", "a.right.jpg: 7||", "b/a.jpg: ||"));
}

TEST_F(SampleTest, OnlyNeighboursAreASample) {
  make(tar_of({{"a.jpg", "a"}, {"b.jpg", "b"}, {"a.cls", "7"}, {"c.part.cls", "8"}, {"c.jpg", "c"}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: ||", "b.jpg: ||", "c.jpg: ||"));
}

TEST_F(SampleTest, TooLargeAColumnIsAFailedInputWhereItsSampleHasAnImage) {
  const std::string large(kLargestColumn + 1, 'x'), largest(kLargestColumn, 'y');
  make(tar_of({{"a.json", large}, {"a.jpg", "a"}, {"b.json", large}, {"c.jpg", "c"}, {"c.txt", largest}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: ||", "a.json: ||", "c.jpg: |" + largest + "|"));
  EXPECT_EQ(told().at(1), "a.json!permanent: larger than 1 MiB: the column json is left empty");
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "a.json", "c.jpg"));
}

TEST_F(SampleTest, AColumnThatIsALinkIsAFailedInputWhereItsSampleHasAnImage) {
  make(tar_of({{"a.cls", "7"},
               {"a.jpg", "a"},
               {"b.cls", "", '1', 0, "a.cls"},
               {"b.jpg", "b"},
               {"b.txt", "", '2', 0, "a.txt"},
               {"b.md", "", '2', 0, "a.md"},
               {"c.cls", "", '1', 0, "a.cls"}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: 7||", "b.jpg: ||", "b.cls: ||", "b.txt: ||"));
  const std::string link = "!permanent: a link in the tar: pack it with --hard-dereference --dereference";
  EXPECT_EQ(told().at(2), "b.cls" + link + ": the column cls is left empty");
  EXPECT_EQ(told().at(3), "b.txt" + link + ": the column txt is left empty");
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "b.jpg", "b.cls", "b.txt"));
}

TEST_F(SampleTest, AnImageOfAnySizeHasTheColumnsBehindIt) {
  make(tar_of({{"a.jpg", std::string(TarStream::kLargestSampleBytes, 'a')}, {"a.cls", "7"}, {"b.jpg", "b"}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: 7||", "b.jpg: ||"));
}

/// Photographs whose names have many dots may all be of one sample: their bytes do not wait for its end.
TEST_F(SampleTest, AnEndlessSampleIsGivenInPieces) {
  std::vector<TarEntry> entries;
  for (std::size_t i = 0; i < TarStream::kLargestSample; ++i)
    entries.push_back({"img." + std::to_string(i) + ".jpg", "x"});
  entries.push_back({"img.cls", "7"});
  make(tar_of(entries));
  EXPECT_EQ(columns().front(), "img.0.jpg: 7||");
  entries.back() = {"img.last.jpg", "x"};
  entries.push_back({"img.cls", "8"});
  make(tar_of(entries));
  const std::vector<std::string> all = columns();
  ASSERT_EQ(all.size(), TarStream::kLargestSample + 2);
  EXPECT_EQ(all.front(), "img.0.jpg: ||");
  EXPECT_EQ(all.at(TarStream::kLargestSample), "img.last.jpg: 8||");
  EXPECT_EQ(told().back(),
            "img.cls!permanent: too far behind its images, more than 64 or 64 MiB of them: the column cls is "
            "left empty");
  EXPECT_EQ(listed().back(), "img.cls");
}

TEST_F(SampleTest, ASampleOfLargeImagesIsGivenInPieces) {
  const std::string half(TarStream::kLargestSampleBytes / 2, 'a');
  make(tar_of({{"a.0.jpg", half}, {"a.1.jpg", half}, {"a.cls", "7"}}));
  EXPECT_THAT(columns(), ElementsAre("a.0.jpg: 7||", "a.1.jpg: 7||"));
  make(tar_of({{"a.txt", "t"}, {"a.0.jpg", half}, {"a.1.jpg", half}, {"a.2.jpg", "a"}, {"a.cls", "7"}}));
  EXPECT_THAT(columns(), ElementsAre("a.0.jpg: |t|", "a.1.jpg: |t|", "a.2.jpg: 7|t|", "a.cls: ||"));
  EXPECT_THAT(columns(3), ElementsAre("a.cls: ||"));
}

TEST_F(SampleTest, PassingOverTheFirstChangesNothingOfTheRest) {
  const std::string large(kLargestColumn + 1, 'x');
  make(tar_of({{"a.cls", "7"},
               {"a.0.jpg", "a"},
               {"a.json", large},
               {"a.1.jpg", "a"},
               {"b.jpg", "b"},
               {"b.cls", "8"}}));
  const std::vector<std::string> all = columns();
  ASSERT_EQ(all.size(), 4u);
  for (std::size_t first = 0; first <= all.size(); ++first)
    EXPECT_EQ(columns(first), std::vector(all.begin() + static_cast<std::ptrdiff_t>(first), all.end()))
        << first;
}

}  // namespace
}  // namespace vit_embed
