#include "query/row_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class RowNamesTest : public testing::Test {
 protected:
  RowNames read(std::string_view csv, std::uint64_t rows) const {
    write_file(path_, csv);
    return RowNames(std::make_unique<MappedFile>(path_), rows);
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "index.csv";
};

TEST_F(RowNamesTest, AreThoseOfTheIndex) {
  const RowNames names = read("row,path\n0,a.jpg\n1,\"b,c\n.jpg\"\n", 2);
  EXPECT_THAT(names.names(0), ElementsAre("a.jpg"));
  EXPECT_THAT(names.names(1), ElementsAre("b,c\n.jpg"));
  EXPECT_THAT(names.live(), ElementsAre(1, 1));
}

TEST_F(RowNamesTest, StandBehindTheirRoot) {
  const RowNames names = read("row,root,path\n3,/data,a/b.jpg\n1,,c.jpg\n", 4);
  EXPECT_THAT(names.names(3), ElementsAre("/data/a/b.jpg"));
  EXPECT_THAT(names.names(1), ElementsAre("c.jpg"));
}

TEST_F(RowNamesTest, OfARowMayBeSeveralInTheOrderOfTheIndexOrNone) {
  const RowNames names = read("row,root,path\n2,r,z\n0,r,y\n2,r,a\n", 3);
  EXPECT_THAT(names.names(2), ElementsAre("r/z", "r/a"));
  EXPECT_THAT(names.names(1), IsEmpty());
  EXPECT_THAT(names.live(), ElementsAre(1, 0, 1));
}

TEST_F(RowNamesTest, AreFoundByTheHeaderWhateverStandsBesideThem) {
  const RowNames names = read("label,path,row\n\"x,y\",a.jpg,0\n", 1);
  EXPECT_THAT(names.names(0), ElementsAre("a.jpg"));
}

TEST_F(RowNamesTest, OfAnIndexThatDoesNotFitAreRefused) {
  EXPECT_THAT([&] { read("row,path\n2,a.jpg\n", 2); },
              ThrowsMessage<FatalError>(AllOf(HasSubstr("index.csv'"), HasSubstr("'2,a.jpg'"))));
  EXPECT_THROW(read("row,path\nx,a.jpg\n", 2), FatalError);
  EXPECT_THROW(read("row,path\n-1,a.jpg\n", 2), FatalError);
  EXPECT_THROW(read("row,path\n0,\"a.jpg\n", 2), FatalError);
  EXPECT_THAT([&] { read("name\n", 0); }, ThrowsMessage<FatalError>(HasSubstr("no columns row and path")));
  EXPECT_THROW(read("", 0), FatalError);
  EXPECT_THROW(RowNames(std::make_unique<MappedFile>(directory_ / "missing"), 0), FatalError);
}

}  // namespace
}  // namespace vit_embed
