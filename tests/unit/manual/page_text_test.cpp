#include "manual/page_text.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace vit_embed {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(PageText, ParagraphsAreJoinedAndCodeStaysAsItIs) {
  const std::vector<TextSection> sections = parse_page_text(
      "# ONE\nfirst line\nsecond line\n\n    a  b\n\n      c\n\n# TWO\n`term`\n: meaning\n  goes on\n");
  ASSERT_EQ(sections.size(), 2U);
  EXPECT_EQ(sections[0].title, "ONE");
  ASSERT_EQ(sections[0].blocks.size(), 2U);
  EXPECT_EQ(sections[0].blocks[0].kind, BlockKind::paragraph);
  EXPECT_EQ(sections[0].blocks[0].text, "first line second line");
  EXPECT_EQ(sections[0].blocks[1].kind, BlockKind::code);
  EXPECT_EQ(sections[0].blocks[1].text, "a  b\n\n  c\n");
  ASSERT_EQ(sections[1].blocks.size(), 1U);
  EXPECT_EQ(sections[1].blocks[0].kind, BlockKind::definition);
  EXPECT_EQ(sections[1].blocks[0].term, "`term`");
  EXPECT_EQ(sections[1].blocks[0].text, "meaning goes on");
}

TEST(PageText, WhatIsNotOfItsFormIsRefusedByItsLine) {
  EXPECT_THAT([] { parse_page_text("text\n"); }, ThrowsMessage<Error>(HasSubstr("heading comes first")));
  EXPECT_THAT([] { parse_page_text("# S\ntext\n    code\n"); }, ThrowsMessage<Error>(HasSubstr("line 3")));
  EXPECT_THAT([] { parse_page_text("# S\ntext\n# T\n"); }, ThrowsMessage<Error>(HasSubstr("line 3")));
}

TEST(PageText, MarksBecomeFaces) {
  const std::vector<TextSpan> spans = parse_spans("a `b*c` *d*.");
  ASSERT_EQ(spans.size(), 5U);
  EXPECT_EQ(spans[0].text, "a ");
  EXPECT_EQ(spans[1].face, Face::bold);
  EXPECT_EQ(spans[1].text, "b*c");
  EXPECT_EQ(spans[3].face, Face::slanted);
  EXPECT_EQ(spans[3].text, "d");
  EXPECT_EQ(spans[4].text, ".");
  EXPECT_THROW(parse_spans("a `b"), Error);
}

}  // namespace
}  // namespace vit_embed
