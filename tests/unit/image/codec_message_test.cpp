#include "image/codec_message.h"

#include <gtest/gtest.h>

#include <string>

namespace vit_embed {
namespace {

TEST(CodecMessage, HasTheTextWithoutItsLineEnd) {
  CodecMessage message;
  EXPECT_EQ(message.text(), "");
  message.set("Stream too short\r\n");
  EXPECT_EQ(message.text(), "Stream too short");
  message.set("\n");
  EXPECT_EQ(message.text(), "");
}

TEST(CodecMessage, CutsWhatIsTooLong) {
  CodecMessage message;
  message.set(std::string(1000, 'x').c_str());
  EXPECT_EQ(message.text(), std::string(255, 'x'));
}

}  // namespace
}  // namespace vit_embed
