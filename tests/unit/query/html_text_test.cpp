#include "query/html_text.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(HtmlText, EscapesWhatWouldBeMarkup) {
  EXPECT_EQ(html_text("<img src=x onerror=\"alert('a')\">&amp;"),
            "&lt;img src=x onerror=&quot;alert(&#39;a&#39;)&quot;&gt;&amp;amp;");
  EXPECT_EQ(html_text("plain name.jpg"), "plain name.jpg");
}

TEST(HtmlText, LeavesUtf8AsItIs) {
  EXPECT_EQ(html_text("Straße/日本/😀.jpg"), "Straße/日本/😀.jpg");
}

TEST(HtmlText, ShowsWhatIsNotUtf8AsReplacementCharacters) {
  EXPECT_EQ(html_text("a\xff.jpg"), "a\uFFFD.jpg");
  EXPECT_EQ(html_text("\xc3"), "\uFFFD");                             // cut
  EXPECT_EQ(html_text("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");         // a surrogate
  EXPECT_EQ(html_text("\xc0\xbcscript>"), "\uFFFD\uFFFDscript&gt;");  // '<', overlong
}

TEST(HtmlText, ShowsControlCharactersAsReplacementCharacters) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(html_text("a\n\t\x1b[31m\0\x7f"sv), "a\uFFFD\uFFFD\uFFFD[31m\uFFFD\uFFFD");
  EXPECT_EQ(html_text("\xc2\x9b"), "\uFFFD");
  EXPECT_EQ(html_text("\xc2\xa0"), "\xc2\xa0");
}

}  // namespace
}  // namespace vit_embed
