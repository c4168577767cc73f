#include "merge/expectation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "inputs/list_stream.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;

/// What is missing of a list once these names were seen; "" for nothing.
std::string missing(const std::string& list, const std::vector<std::string>& names,
                    std::unique_ptr<Expectation> (*expect)(std::unique_ptr<InputStream>) = expect_images) {
  const TemporaryDirectory directory;
  write_file(directory / "list", list);
  const std::unique_ptr<Expectation> expected = expect(open_list((directory / "list").native(), false));
  for (const std::string& name : names) expected->see(name);
  try {
    expected->require_all_seen();
  } catch (const CheckError& e) {
    return e.what();
  }
  return {};
}

TEST(Expectation, IsOfAllThatAListHasAndOthersMayBeThere) {
  EXPECT_EQ(missing("", {}), "");
  EXPECT_EQ(missing("", {"a"}), "");
  EXPECT_EQ(missing("a\nb\n", {"a", "b"}), "");
  EXPECT_EQ(missing("b\n", {"a", "b", "c"}), "");
  EXPECT_EQ(missing("a\n\xff\n", {"a", "b", "\xff"}), "");
  EXPECT_EQ(missing("b\n", {"a", "c"}), "1 of the list is in no shard: 'b'");
  EXPECT_EQ(missing("a\nb\nc\nd\n", {"b"}), "3 of the list are in no shard: 'a', 'c', 'd'");
  EXPECT_EQ(missing("a\n", {}), "1 of the list is in no shard: 'a'");
}

TEST(Expectation, ANameThatTheListHasTwiceIsToBeThereOnce) {
  EXPECT_EQ(missing("a\na\nb\n", {"a", "b"}), "");
}

TEST(Expectation, OfManyThatAreMissingTheFirstAreTold) {
  EXPECT_EQ(missing("1\n2\n3\n4\n5\n6\n", {}), "6 of the list are in no shard: '1', '2', '3', '4', '5', ...");
}

TEST(Expectation, OfATarSomeInputIsToBeThere) {
  const auto missing_tars = [](const std::string& list, const std::vector<std::string>& names) {
    return missing(list, names, expect_tars);
  };
  EXPECT_EQ(missing_tars("a.tar\nb.tar\n", {"a.tar/2", "a.tar/1", "a.tar", "b.tar/x"}), "");
  EXPECT_EQ(missing_tars("a.tar\n", {"a.tar"}), "") << "that it failed is told elsewhere";
  EXPECT_EQ(missing_tars("a.tar.gz\na.tar\n", {"a.tar.gz/1", "a.tar/1"}), "");
  EXPECT_EQ(missing_tars("a.tar\nb.tar\nc.tar\n", {"a.tar/1", "a.tar2/1", "c.tar/1"}),
            "1 of the list is in no shard: 'b.tar'");
  EXPECT_EQ(missing_tars("b.tar\na.tar\nb.tar\n", {"a.tar/1", "b.tar/1"}), "") << "in any order";
  EXPECT_EQ(missing_tars("a/b.tar\n", {"a/b.tar/c/1"}), "");
  EXPECT_EQ(missing_tars("a.tar\nb.tar\n", {"a.tar/1"}), "1 of the list is in no shard: 'b.tar'");
}

TEST(Expectation, OfImagesIsInBytewiseOrder) {
  try {
    missing("a\nc\nb\n", {"d"});
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_THAT(e.what(), HasSubstr("at 'b' (LC_ALL=C sort gives that)"));
  }
}

}  // namespace
}  // namespace vit_embed
