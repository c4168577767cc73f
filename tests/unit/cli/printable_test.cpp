#include "cli/printable.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(Printable, HidesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1b[2Jgone\x07\x7f\r"), "?[2Jgone???");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m");
}

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text :
       {"", "two\nlines\tand a tab", "caf\xc3\xa9 \xe2\x82\xac", "not UTF-8: \xff\xc2", "\xc2\xa0"}) {
    EXPECT_EQ(printable(text), text);
  }
}

TEST(PrintableName, StaysWithinItsLine) {
  EXPECT_EQ(printable_name("two\nlines\tand \x1b[31m"), "two?lines?and ?[31m");
  EXPECT_EQ(printable_name("plain name.jpg"), "plain name.jpg");
}

}  // namespace
}  // namespace vit_embed
