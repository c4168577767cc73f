#include "hub/hub_cache.h"

#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

const std::string kCommit(40, 'a');

class HubCacheTest : public testing::Test {
 protected:
  /// A file as a download leaves it.
  void add(const std::string& file, const std::string& etag) {
    cache_.prepare(kCommit, etag);
    write_file(cache_.blob(etag), "x");
    cache_.add_to_snapshot(kCommit, file, etag);
  }

  TemporaryDirectory directory_;
  HubCache cache_{directory_.path(), "org/name"};
  fs::path repository_ = directory_ / "models--org--name";
};

TEST(RepositoryId, IsANameWithOrWithoutAnOrganisation) {
  for (const char* id : {"org/name", "name", "a-b_c.d/E.1"}) EXPECT_TRUE(is_repository_id(id)) << id;
  for (const char* id :
       {"", "/", "/a", "a/", "./a", "../a", "a/b/c", "a b", "a/../b", "a/.b", "a\\b", "ä/b"}) {
    EXPECT_FALSE(is_repository_id(id)) << id;
  }
}

TEST(Revision, IsABranchATagOrACommit) {
  for (const char* revision : {"main", "v1.0", "refs/pr/1"}) EXPECT_TRUE(is_revision(revision)) << revision;
  for (const char* revision : {"", "/x", "x/", "..", "a/../b", "a//b", "./a"}) {
    EXPECT_FALSE(is_revision(revision)) << revision;
  }
  EXPECT_TRUE(is_commit(kCommit));
  EXPECT_FALSE(is_commit("main"));
  EXPECT_FALSE(is_commit(std::string(40, 'g')));
}

TEST_F(HubCacheTest, KeepsABlobUnderItsETagAndALinkToItInTheSnapshot) {
  add("config.json", "123");
  EXPECT_TRUE(fs::is_regular_file(repository_ / "blobs/123"));
  EXPECT_EQ(fs::read_symlink(repository_ / "snapshots" / kCommit / "config.json"), "../../blobs/123");
  EXPECT_EQ(cache_.incomplete_blob("123"), repository_ / "blobs/123.incomplete");
  EXPECT_EQ(cache_.lock("123"), directory_ / ".locks/models--org--name/123.lock");
  EXPECT_TRUE(cache_.has(kCommit, "config.json"));
}

TEST_F(HubCacheTest, DoesNotHaveAFileWhoseBlobIsGone) {
  add("config.json", "123");
  fs::remove(repository_ / "blobs/123");
  EXPECT_FALSE(cache_.has(kCommit, "config.json"));
  add("config.json", "456");
  EXPECT_TRUE(cache_.has(kCommit, "config.json"));
}

TEST_F(HubCacheTest, LeavesALinkThatAnotherProcessMade) {
  add("config.json", "123");
  EXPECT_NO_THROW(cache_.add_to_snapshot(kCommit, "config.json", "123"));
}

TEST_F(HubCacheTest, FindsTheCommitOfABranchOnlyWithItsSnapshot) {
  EXPECT_EQ(cache_.find_commit("main"), std::nullopt);
  cache_.set_commit("main", kCommit);
  EXPECT_EQ(file_content(repository_ / "refs/main"), kCommit);
  EXPECT_EQ(cache_.find_commit("main"), std::nullopt);
  add("config.json", "123");
  EXPECT_EQ(cache_.find_commit("main"), kCommit);
  EXPECT_EQ(cache_.find_commit(kCommit), kCommit);
  EXPECT_EQ(cache_.find_commit("other"), std::nullopt);
}

TEST_F(HubCacheTest, RecordsNoCommitForACommit) {
  cache_.set_commit(kCommit, kCommit);
  EXPECT_FALSE(fs::exists(repository_ / "refs"));
  cache_.set_commit("refs/pr/1", kCommit);
  EXPECT_EQ(file_content(repository_ / "refs/refs/pr/1"), kCommit);
}

TEST_F(HubCacheTest, DoesNotFollowARecordThatLeadsOutOfIt) {
  write_file(repository_ / "refs/main", "../../elsewhere");
  EXPECT_EQ(cache_.find_commit("main"), std::nullopt);
}

TEST_F(HubCacheTest, RemembersWhichFilesACommitLacks) {
  EXPECT_FALSE(cache_.is_known_missing(kCommit, "config.json"));
  cache_.remember_missing(kCommit, "config.json");
  EXPECT_TRUE(cache_.is_known_missing(kCommit, "config.json"));
  EXPECT_TRUE(fs::exists(repository_ / ".no_exist" / kCommit / "config.json"));
}

}  // namespace
}  // namespace vit_embed
