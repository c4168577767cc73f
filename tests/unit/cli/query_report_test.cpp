#include "cli/query_report.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

std::vector<QueryAnswer> some_answers() {
  return {{"a.jpg", {}, {{"x,1.jpg", 1}, {"bad\xff\n.jpg", -0.123456789}}, {}},
          {"cut.jpg", InputFailure{FailureKind::permanent, "truncated"}, {}, {}},
          {"esc\x1b\"", {}, {}, {}}};
}

TEST(QueryReport, AsTextIsABlockAQueryAndCannotSteerATerminal) {
  EXPECT_EQ(answers_as_text(some_answers()),
            "a.jpg\n"
            "  1.0000  x,1.jpg\n"
            "  -0.1235  bad\xff?.jpg\n"
            "\n"
            "esc?\"\n");
}

TEST(QueryReport, AsCsvHasNamesAsTheyAre) {
  EXPECT_EQ(answers_as_csv(some_answers()),
            "query,rank,score,path\n"
            "a.jpg,1,1.0000000,\"x,1.jpg\"\n"
            "a.jpg,2,-0.1234568,\"bad\xff\n.jpg\"\n");
}

TEST(QueryReport, AsJsonHasOtherBytesAsSurrogates) {
  EXPECT_EQ(answers_as_json(some_answers()),
            "[\n"
            R"({"query":"a.jpg","results":[{"rank":1,"score":1.0000000,"path":"x,1.jpg"},)"
            R"({"rank":2,"score":-0.1234568,"path":"bad\udcff\u000a.jpg"}]},)"
            "\n"
            R"({"query":"esc\u001b\"","results":[]})"
            "\n]\n");
}

TEST(QueryReport, OfNothingAnsweredIsEmpty) {
  EXPECT_EQ(answers_as_text({}), "");
  EXPECT_EQ(answers_as_csv({}), "query,rank,score,path\n");
  EXPECT_EQ(answers_as_json({}), "[]\n");
}

}  // namespace
}  // namespace vit_embed
