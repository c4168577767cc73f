#include "cli/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> values_of(const std::string& value) {
  return parse_config("[extract]\nkey = " + value + "\n").at(0).values;
}

std::string problem_of(const std::string& text) {
  try {
    parse_config(text);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

TEST(ConfigFile, HasASectionForEachCommandAndALineForEachFlag) {
  const std::vector<ConfigSetting> settings = parse_config(
      "# for cron\n\n[sync]  # hourly\r\nstore = \"/srv/store\"\n  batch-size=8\n[ query ]\nk = 3 # of them");
  ASSERT_EQ(settings.size(), 3U);
  EXPECT_EQ(settings[0].section, "sync");
  EXPECT_EQ(settings[0].key, "store");
  EXPECT_THAT(settings[0].values, ElementsAre("/srv/store"));
  EXPECT_FALSE(settings[0].is_list);
  EXPECT_EQ(settings[1].line, 5U);
  EXPECT_THAT(settings[1].values, ElementsAre("8"));
  EXPECT_EQ(settings[2].section, "query");
  EXPECT_THAT(settings[2].values, ElementsAre("3"));
  EXPECT_THAT(parse_config(""), IsEmpty());
}

TEST(ConfigFile, TakesValuesAsTheyAreQuoted) {
  EXPECT_THAT(values_of("int8"), ElementsAre("int8"));
  EXPECT_THAT(values_of("1%"), ElementsAre("1%"));
  EXPECT_THAT(values_of("/srv/x.pt"), ElementsAre("/srv/x.pt"));
  EXPECT_THAT(values_of("\"a b, #1\""), ElementsAre("a b, #1"));
  EXPECT_THAT(values_of(R"("say \"a\\b\"\n\t")"), ElementsAre("say \"a\\b\"\n\t"));
  EXPECT_THAT(values_of(R"('C:\n')"), ElementsAre("C:\\n"));
  EXPECT_THAT(values_of("''"), ElementsAre(""));
}

TEST(ConfigFile, HasListsOverSeveralLines) {
  const std::vector<ConfigSetting> settings =
      parse_config("[sync]\nexclude = [ 'a', # one\n\n  b,\n]\ninclude = []\nroot = ['o=n']\n");
  ASSERT_EQ(settings.size(), 3U);
  EXPECT_THAT(settings[0].values, ElementsAre("a", "b"));
  EXPECT_TRUE(settings[0].is_list);
  EXPECT_EQ(settings[0].line, 2U);
  EXPECT_THAT(settings[1].values, IsEmpty());
  EXPECT_THAT(settings[2].values, ElementsAre("o=n"));
  EXPECT_EQ(settings[2].line, 7U);
}

TEST(ConfigFile, TellsTheLineThatIsNone) {
  EXPECT_EQ(problem_of("store = x"), "line 1: 'store' stands before the first [command]");
  EXPECT_EQ(problem_of("\n[sync]\nstore"), "line 3: behind 'store' belongs '= value'");
  EXPECT_EQ(problem_of("[sync]\nstore: x"), "line 2: behind 'store:' belongs '= value'");
  EXPECT_EQ(problem_of("[sync]\nstore ="), "line 2: a value is missing, or to be put in quotes");
  EXPECT_EQ(problem_of("[sync]\nstore = a b"), "line 2: there is more behind the value");
  EXPECT_EQ(problem_of("[sync]\nstore = \"a\nquiet = true"), "line 2: the closing quote is missing");
  EXPECT_EQ(problem_of("[sync]\nstore = 'a' 'b'"), "line 2: there is more behind the value");
  EXPECT_EQ(problem_of("[sync]\nexclude = [a b]"), "line 2: a list wants commas, and ends with ']'");
  EXPECT_EQ(problem_of("[sync]\nexclude = [a,\n\n"), "line 4: a value is missing, or to be put in quotes");
  EXPECT_EQ(problem_of("[sync\n"), "line 1: a section is a command's name in brackets");
  EXPECT_EQ(problem_of("[]\n"), "line 1: a section is a command's name in brackets");
  EXPECT_EQ(problem_of("[sync]\n= 3"), "line 2: expected a line 'flag = value'");
  EXPECT_EQ(problem_of("[sync]\nk = 1\n[query]\nk = 2\n[sync]\nk = 3"), "line 6: [sync] has 'k' already");
  EXPECT_NE(problem_of("[sync]\nstore = \"\\x\""), "");
  EXPECT_NE(problem_of("[sync]\nstore = \"\\"), "");
}

}  // namespace
}  // namespace vit_embed
