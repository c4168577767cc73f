#include "cli/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

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

TEST(ConfigFile, HasTextsInQuotesAndNumbersAndTruthsWithout) {
  EXPECT_THAT(values_of("\"a b, #1\""), ElementsAre("a b, #1"));
  EXPECT_THAT(values_of(R"('C:\n')"), ElementsAre("C:\\n"));
  EXPECT_THAT(values_of("''"), ElementsAre(""));
  EXPECT_THAT(values_of("0.995"), ElementsAre("0.995"));
  EXPECT_THAT(values_of("-1"), ElementsAre("-1"));
  EXPECT_THAT(values_of("false"), ElementsAre("false"));
}

TEST(ConfigFile, HasListsOverSeveralLines) {
  const std::vector<ConfigSetting> settings =
      parse_config("[sync]\nexclude = [ 'a', # one\n\n  8,\n]\ninclude = []\nroot = ['o=n']\n");
  ASSERT_EQ(settings.size(), 3U);
  EXPECT_THAT(settings[0].values, ElementsAre("a", "8"));
  EXPECT_TRUE(settings[0].is_list);
  EXPECT_EQ(settings[0].line, 2U);
  EXPECT_THAT(settings[1].values, IsEmpty());
  EXPECT_THAT(settings[2].values, ElementsAre("o=n"));
  EXPECT_EQ(settings[2].line, 7U);
}

TEST(ConfigFile, TellsTheLineThatIsNone) {
  EXPECT_EQ(problem_of("store = 'x'"), "line 1: 'store' stands before the first [command]");
  EXPECT_THAT(problem_of("\n[sync]\nstore = x\n"),
              AllOf(StartsWith("line 3: "), EndsWith("(texts stand in quotes)")));
  EXPECT_THAT(problem_of("[sync]\nstore = \"a\nquiet = true"), StartsWith("line 2: "));
  EXPECT_THAT(problem_of("[sync]\nk = 1\n[query]\nk = 2\n[sync]\nk = 3"), StartsWith("line 5: "));
  EXPECT_EQ(problem_of("[sync]\nsince = 2026-11-26"),
            "line 2: since is a text, a number, true, false, or a list of them");
  EXPECT_EQ(problem_of("[sync]\nexclude = [\n'a',\n['b']]"),
            "line 4: exclude is a text, a number, true, false, or a list of them");
  EXPECT_EQ(problem_of("[sync.query]\nk = 3"),
            "line 1: query is a text, a number, true, false, or a list of them");
}

}  // namespace
}  // namespace vit_embed
