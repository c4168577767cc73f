#include "store/store_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "store/failed_files.h"
#include "store/small_store.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(StoreStatus, TellsFilesRowsRootsAndRuns) {
  SmallStore store;
  store.add("a.jpg", "one");
  store.add("b.jpg", "two");
  store.add("c.jpg", "three");
  store.fail("bad.jpg", FailureKind::permanent, "not an image");
  store.fail("far.jpg", FailureKind::transient, "Input/output error");
  store.fail("a.jpg", FailureKind::transient, "Permission denied");
  store.lose("b.jpg");
  store.note_run({.started = 10, .finished = 20, .outcome = "done", .counts = {.added = 3}});
  store.note_run({.started = 30, .finished = 40, .outcome = "stopped", .counts = {}});
  const StoreStatus status = read_store_status(store.directory());
  const GenerationStatus& current = status.current;
  EXPECT_EQ(current.info.model_path, "/models/some.pt");
  EXPECT_EQ(current.counts.live, 2U);
  EXPECT_EQ(current.counts.failed, 2U);
  EXPECT_EQ(current.counts.deleted, 1U);
  EXPECT_EQ(current.permanent_failures, 1U);
  EXPECT_EQ(current.unseen, 1U);
  EXPECT_EQ(current.rows, 3U);
  EXPECT_EQ(current.dead_rows, 1U);
  ASSERT_EQ(current.roots.size(), 1U);
  EXPECT_EQ(current.roots[0].root.path, "/photos");
  EXPECT_EQ(current.roots[0].counts.live, 2U);
  EXPECT_EQ(current.last_run.value().outcome, "stopped");
  EXPECT_EQ(current.last_done.value().counts.added, 3U);
  EXPECT_FALSE(status.next);
  EXPECT_FALSE(status.run);
}

TEST(StoreStatus, TellsAMigrationThatIsUnderWay) {
  SmallStore store;
  store.add("a.jpg", "one");
  GenerationInfo info = SmallStore::info();
  info.fingerprint.precision = Precision::int8;
  store.directory().set_next(store.directory().add_generation([&](const std::filesystem::path& path) {
    build_pending_generation(path, info, store.open(ManifestAccess::read));
  }));
  const StoreStatus status = read_store_status(store.directory());
  EXPECT_EQ(status.next.value().counts.pending, 1U);
  EXPECT_EQ(status.next->info.fingerprint.precision, Precision::int8);
  EXPECT_EQ(status.current.counts.live, 1U);
}

TEST(StoreStatus, TellsWhoWritesNowAndLeavesTheLockAsItIs) {
  const SmallStore store;
  EXPECT_FALSE(read_store_status(store.directory()).run);
  EXPECT_FALSE(std::filesystem::exists(store.directory().lock_path()));
  const FileLock lock(store.directory().lock_path());
  EXPECT_EQ(read_store_status(store.directory()).run.value().process, std::to_string(::getpid()));
}

TEST(StoreStatus, OfWhatIsNoStoreIsAnError) {
  const TemporaryDirectory directory;
  EXPECT_THAT([&] { read_store_status(StoreDirectory(directory.path())); },
              ThrowsMessage<FatalError>(HasSubstr("is not a store")));
}

TEST(FailedFiles, AreAllThatFailedAndWhatCouldNotBeLookedAtSinceInTheOrderOfTheirPaths) {
  SmallStore store;
  store.add("c.jpg", "one");
  store.add("d.jpg", "two");
  store.fail("c.jpg", FailureKind::transient, "Permission denied");
  store.fail("b.jpg", FailureKind::permanent, "not an image");
  std::vector<std::string> failed;
  for_each_failed_file(store.open(ManifestAccess::read), [&](const FailedFile& file) {
    failed.push_back(file.path + ": " + file.reason +
                     (file.kind == FailureKind::transient ? ", in passing" : ""));
  });
  EXPECT_THAT(failed,
              ElementsAre("/photos/b.jpg: not an image", "/photos/c.jpg: Permission denied, in passing"));
}

}  // namespace
}  // namespace vit_embed
