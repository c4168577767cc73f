#include "formats/shard.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "formats/digest.h"

namespace vit_embed {
namespace {

/// As `printf %s KEY | xxhsum -H64` has them: shards of one array may be made years apart.
TEST(Shard, IsByXxh64OfTheKey) {
  EXPECT_EQ(xxh64(""), 0xef46db3751d8e999u);
  EXPECT_EQ(xxh64("a.jpg"), 0xb5fc2bf8b42398a3u);
  EXPECT_EQ(xxh64("n02102040/n02102040_1127.JPEG"), 0x5ed24db111561e7au);
  EXPECT_EQ(shard_of("data-000000.tar", 1000), 0x04e03f4542d01e46u % 1000);
  EXPECT_EQ(shard_of("a.jpg", 4294967295u), 0xb5fc2bf8b42398a3u % 4294967295u);
}

TEST(Shard, HoldsWhatHashesToIt) {
  for (const char* key : {"", "a.jpg", "b/c.jpg", "\xff"}) {
    int holders = 0;
    for (std::uint32_t i = 0; i < 7; ++i) holders += Shard{i, 7}.holds(key) ? 1 : 0;
    EXPECT_EQ(holders, 1);
    EXPECT_TRUE(Shard().holds(key));
  }
}

TEST(Shard, IsWrittenWithItsNumber) {
  EXPECT_EQ(shard_from_string("0/1"), (Shard{0, 1}));
  EXPECT_EQ(shard_from_string("17/1000"), (Shard{17, 1000}));
  EXPECT_EQ(shard_from_string("4294967294/4294967295"), (Shard{4294967294u, 4294967295u}));
  for (const char* text : {"", "1", "/", "1/", "/2", "2/2", "3/2", "-1/2", "0/0", "0/2/4", "a/b", " 0/2",
                           "0/2 ", "+0/2", "0/4294967296", "0.5/2"}) {
    EXPECT_THROW(shard_from_string(text), UsageError) << text;
  }
}

TEST(Shard, SaysWhatItIsOf) {
  EXPECT_EQ(to_string(ShardInfo{{3, 8}, ShardSource::folders}), "3/8 of folders");
  for (const ShardSource source : {ShardSource::folders, ShardSource::list, ShardSource::tars})
    EXPECT_EQ(shard_source_from_string(to_string(source)), source);
  EXPECT_THROW(shard_source_from_string("files"), FatalError);
}

}  // namespace
}  // namespace vit_embed
