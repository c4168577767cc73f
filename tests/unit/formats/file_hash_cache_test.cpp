#include "formats/file_hash_cache.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "base/error.h"
#include "formats/digest.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

class FileHashCache : public testing::Test {
 protected:
  FileHashCache() {
    ::setenv("XDG_CACHE_HOME", (directory_ / "cache").c_str(), 1);
    write_file(file_, "content");
  }
  ~FileHashCache() override { ::unsetenv("XDG_CACHE_HOME"); }

  /// The one file in the cache; empty where there is none.
  std::filesystem::path entry() const {
    const std::filesystem::path cache = directory_ / "cache/vit-embed";
    if (!std::filesystem::exists(cache)) return {};
    const std::filesystem::directory_iterator entries(cache);
    return entries == end(entries) ? std::filesystem::path() : entries->path();
  }

  /// Waits until a hash of the file is remembered: ctime cannot be set.
  void settle() const {
    struct stat status {};
    timespec now{};
    do {
      ::stat(file_.c_str(), &status);
      ::clock_gettime(CLOCK_REALTIME, &now);
    } while (now.tv_sec <= status.st_ctim.tv_sec + 3);
  }

  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_ / "model.pt";
};

TEST_F(FileHashCache, OfAFileThatJustChangedRemembersNothing) {
  EXPECT_EQ(cached_sha256_of_file(file_), sha256_hex("content"));
  EXPECT_EQ(entry(), std::filesystem::path());
}

TEST_F(FileHashCache, RemembersTheHashUntilTheFileChanges) {
  settle();
  EXPECT_EQ(cached_sha256_of_file(file_), sha256_hex("content"));
  std::string remembered = file_content(entry());
  const std::size_t hash = remembered.find(sha256_hex("content"));
  ASSERT_NE(hash, std::string::npos);
  // What is remembered is what comes back, so that nothing was read.
  write_file(entry(), remembered.replace(hash, 64, 64, '0'));
  EXPECT_EQ(cached_sha256_of_file(file_), std::string(64, '0'));
  write_file(file_, "CONTENT");
  EXPECT_EQ(cached_sha256_of_file(file_), sha256_hex("CONTENT"));
}

TEST_F(FileHashCache, ThatIsDamagedOrCannotBeWrittenIsDoneWithout) {
  settle();
  cached_sha256_of_file(file_);
  write_file(entry(), "{");
  EXPECT_EQ(cached_sha256_of_file(file_), sha256_hex("content"));
  ::setenv("XDG_CACHE_HOME", file_.c_str(), 1);
  EXPECT_EQ(cached_sha256_of_file(file_), sha256_hex("content"));
}

TEST_F(FileHashCache, NamesAFileThatIsNotThere) {
  EXPECT_THAT([&] { cached_sha256_of_file(directory_ / "none"); },
              testing::ThrowsMessage<FatalError>(testing::HasSubstr("none")));
}

}  // namespace
}  // namespace vit_embed
