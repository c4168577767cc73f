#include "manual/roff.h"

#include <gmock/gmock.h>

namespace vit_embed {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

RoffPage some_page() {
  return RoffPage("some-page", "2026-05-04", "1.2");
}

TEST(Roff, APageHasItsNameItsDateAndItsVersion) {
  EXPECT_THAT(some_page().str(),
              EndsWith(".TH SOME\\-PAGE 1 2026-05-04 \"vit\\-embed 1.2\" \"vit\\-embed manual\"\n"));
}

TEST(Roff, NoLineOfTextBecomesARequest) {
  RoffPage page = some_page();
  page.paragraph({{Face::plain, ".so /etc/passwd"}});
  page.code(".rm\n'br\n");
  EXPECT_THAT(page.str(), HasSubstr("\n\\&.so /etc/passwd\n"));
  EXPECT_THAT(page.str(), HasSubstr("\n\\&.rm\n\\(aqbr\n"));
}

TEST(Roff, ALineThatIsFilledDoesNotStartWithARequestEither) {
  RoffPage page = some_page();
  page.paragraph({{Face::plain, std::string(76, 'x') + " .npy"}});
  EXPECT_THAT(page.str(), HasSubstr("x\n\\&.npy\n"));
}

TEST(Roff, WhatIsTypedIsWhatATerminalSends) {
  RoffPage page = some_page();
  page.code("a\\n 'x-y' `~^\"\n");
  EXPECT_THAT(page.str(), HasSubstr("\na\\en \\(aqx\\-y\\(aq \\(ga\\(ti\\(ha\\(dq\n"));
}

TEST(Roff, FlagsInProseHaveTheHyphenThatIsTyped) {
  RoffPage page = some_page();
  page.paragraph({{Face::plain, "well-known --flag or - for \\n"}});
  EXPECT_THAT(page.str(), HasSubstr("\nwell-known \\-\\-flag or \\- for \\en\n"));
}

TEST(Roff, FacesEndWithTheirText) {
  RoffPage page = some_page();
  page.definition({{Face::bold, "-m"}, {Face::plain, " "}, {Face::slanted, "FILE"}},
                  {{Face::plain, "A file."}});
  EXPECT_THAT(page.str(), EndsWith(".TP\n\\fB\\-m\\fR \\fIFILE\\fR\nA file.\n"));
}

TEST(Roff, ASentenceStartsALineAndAHeadingNeedsNoSpaceBehindIt) {
  RoffPage page = some_page();
  page.section("S");
  page.paragraph({{Face::plain, "One. Two."}});
  page.paragraph({{Face::plain, "Three."}});
  EXPECT_THAT(page.str(), EndsWith(".SH \"S\"\nOne.\nTwo.\n.PP\nThree.\n"));
}

}  // namespace
}  // namespace vit_embed
