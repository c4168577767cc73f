#include "inputs/tar_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;

TEST(TarName, EndsAsTarsAndCompressedTarsDo) {
  for (const char* name : {"a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tbz2", "a.tar.xz", "a.txz",
                           "a.tar.zst", "a.tzst", "/x/A.TAR", "a.Tar.Gz", ".tar"})
    EXPECT_TRUE(is_tar_name(name)) << name;
  for (const char* name : {"", "tar", "a.gz", "a.tar.jpg", "a.tarx", "a.tar/", "atar", "a.tar.lz4"})
    EXPECT_FALSE(is_tar_name(name)) << name;
}

TEST(TarName, ARangeStandsForItsNumbers) {
  EXPECT_THAT(expand_ranges("d-{8..11}.tar"), ElementsAre("d-8.tar", "d-9.tar", "d-10.tar", "d-11.tar"));
  EXPECT_THAT(expand_ranges("{2..0}"), ElementsAre("2", "1", "0"));
  EXPECT_THAT(expand_ranges("{5..5}"), ElementsAre("5"));
}

TEST(TarName, ARangeIsPaddedWhereAnEndIs) {
  EXPECT_THAT(expand_ranges("{000008..000010}"), ElementsAre("000008", "000009", "000010"));
  EXPECT_THAT(expand_ranges("{9..010}"), ElementsAre("009", "010"));
  EXPECT_THAT(expand_ranges("{0..1}"), ElementsAre("0", "1"));
}

TEST(TarName, OfSeveralRangesTheLastCountsFastest) {
  EXPECT_THAT(expand_ranges("a{0..1}/b{1..2}"), ElementsAre("a0/b1", "a0/b2", "a1/b1", "a1/b2"));
}

TEST(TarName, OtherBracesStay) {
  for (const char* name :
       {"a.tar", "{a,b}.tar", "{1..}", "{..1}", "{1.2}", "{1..2", "{-1..2}", "{a..c}", "{"})
    EXPECT_THAT(expand_ranges(name), ElementsAre(name));
  EXPECT_THAT(expand_ranges("{{1..2}}"), ElementsAre("{1}", "{2}"));
}

TEST(TarName, RefusesMoreNamesThanAnybodyHas) {
  EXPECT_EQ(expand_ranges("{0..999999}").size(), kLargestRange);
  for (const char* name : {"{0..1000000}", "{0..99999999999999999999999}", "{0..18446744073709551615}",
                           "{0..9999}{0..9999}", "{99999999999999999999999..99999999999999999999999}"})
    EXPECT_THROW(expand_ranges(name), UsageError) << name;
}

TEST(TarName, ASampleIsWhatStandsBeforeTheFirstDotOfTheName) {
  EXPECT_EQ(sample_key("a.b/c.left.jpg"), "a.b/c");
  EXPECT_EQ(sample_field("a.b/c.left.jpg"), "left.jpg");
  EXPECT_EQ(sample_key("plain"), "plain");
  EXPECT_EQ(sample_field("plain"), "");
  EXPECT_EQ(sample_key("d/.hidden.jpg"), "d/.hidden");
  EXPECT_EQ(sample_key("d/"), "d/");
  EXPECT_EQ(sample_key(""), "");
}

}  // namespace
}  // namespace vit_embed
