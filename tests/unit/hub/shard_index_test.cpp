#include "hub/shard_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ShardIndex : public testing::Test {
 protected:
  std::vector<std::string> read(const std::string& json) {
    write_file(directory_ / "index.json", json);
    return read_shard_names(directory_ / "index.json");
  }

  TemporaryDirectory directory_;
};

TEST_F(ShardIndex, NamesEachFileOnce) {
  EXPECT_THAT(
      read(
          R"({"metadata": {}, "weight_map": {"a": "2.safetensors", "b": "1.safetensors", "c": "2.safetensors"}})"),
      ElementsAre("1.safetensors", "2.safetensors"));
}

TEST_F(ShardIndex, WithANameThatLeadsElsewhereIsRefused) {
  for (const char* name : {"../x.safetensors", "/x.safetensors", "a/b.safetensors", ".x.safetensors", "x.bin",
                           "", "a\\u0000.safetensors", "a\\u001b.safetensors"}) {
    EXPECT_THAT([&] { read(R"({"weight_map": {"a": ")" + std::string(name) + "\"}}"); },
                ThrowsMessage<FatalError>(AllOf(HasSubstr("index.json"), HasSubstr("weight_map names"))))
        << name;
  }
}

TEST_F(ShardIndex, ThatIsNoneIsRefused) {
  for (const char* json :
       {"", "[]", "{}", R"({"weight_map": []})", R"({"weight_map": {"a": 1}})", R"({"weight_map": {}})"}) {
    EXPECT_THAT([&] { read(json); }, ThrowsMessage<FatalError>(HasSubstr("index.json"))) << json;
  }
}

}  // namespace
}  // namespace vit_embed
