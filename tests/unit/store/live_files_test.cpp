#include "store/live_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "store/small_store.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> read_all(const Manifest& manifest) {
  std::vector<std::string> paths;
  LiveFileReader files(manifest);
  while (const std::optional<LiveFile> file = files.next())
    paths.push_back(std::to_string(file->row) + " " + file->full_path());
  return paths;
}

TEST(LiveFileReader, GivesTheLiveFilesInTheOrderOfRootsAndPathsBytewise) {
  SmallStore store;
  store.add("b.jpg", "one");
  store.add("a/z.jpg", "two");
  store.add("a.jpg", "two");
  store.add("\xff.jpg", "three");
  store.add("gone.jpg", "four");
  store.lose("gone.jpg");
  store.fail("bad.jpg", FailureKind::permanent, "not an image");
  store.exec(
      "INSERT INTO roots VALUES (2, '/', 0); INSERT INTO files SELECT 2, 'x.jpg', size, mtime_ns, ctime_ns,"
      " status, content, row, reason, kind FROM files WHERE path = 'b.jpg'");
  EXPECT_THAT(read_all(store.open(ManifestAccess::read)),
              ElementsAre("0 /x.jpg", "1 /photos/a.jpg", "1 /photos/a/z.jpg", "0 /photos/b.jpg",
                          "2 /photos/\xff.jpg"));
}

TEST(LiveFileReader, ReadsPageAfterPage) {
  SmallStore store;
  store.add("a.jpg", "one");
  store.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)"
      " INSERT INTO files SELECT 1, 'b' || i, 1, 1, 1, 'live', f.content, 0, NULL, NULL FROM n, files f");
  const std::vector<std::string> files = read_all(store.open(ManifestAccess::read));
  EXPECT_EQ(files.size(), 9001U);
  EXPECT_TRUE(std::ranges::is_sorted(files));
}

TEST(LiveFileReader, LetsAWriterCommitBetweenTwoFiles) {
  SmallStore store;
  store.add("a.jpg", "one");
  const Manifest manifest = store.open(ManifestAccess::read);
  LiveFileReader files(manifest);
  EXPECT_EQ(files.next().value().path, "a.jpg");
  store.add("b.jpg", "two");
  EXPECT_EQ(files.next().value().path, "b.jpg");
  EXPECT_FALSE(files.next());
}

TEST(LiveFileReader, OfAnEmptyStoreGivesNothing) {
  const SmallStore store;
  EXPECT_THAT(read_all(store.open(ManifestAccess::read)), IsEmpty());
}

}  // namespace
}  // namespace vit_embed
