#include "hub/blob_download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "hub/scripted_server.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class BlobDownload : public testing::Test {
 protected:
  BlobDownload() { cache_.prepare("commit", file_.etag); }

  void download(const ScriptedServer& server) {
    HubSettings settings;
    settings.endpoint = server.url();
    HubClient client(settings, "org/name", {.attempts = 1}, {}, log_);
    download_blob(client, cache_, file_, {}, log_);
  }

  void expect_refused(const ScriptedServer& server, const char* reason) {
    EXPECT_THAT([&] { download(server); }, ThrowsMessage<FatalError>(HasSubstr(reason)));
    EXPECT_TRUE(std::filesystem::is_empty(cache_.blob("x").parent_path()));
  }

  TemporaryDirectory directory_;
  HubCache cache_{directory_.path(), "org/name"};
  RemoteFile file_{.name = "config.json", .commit = "commit", .etag = "etag", .size = 5, .sha256 = ""};
  LogSink log_ = [](LogLevel, std::string_view) {};
};

TEST_F(BlobDownload, IsTheBytesThatTheHubAnnounced) {
  download(ScriptedServer(answer_with("bytes")));
  EXPECT_EQ(file_content(cache_.blob("etag")), "bytes");
}

TEST_F(BlobDownload, EndsAtTheSizeThatTheHubAnnounced) {
  expect_refused(ScriptedServer(answer_without_end("200 OK")), "more than the 5 bytes arrived");
  expect_refused(ScriptedServer(answer_with("bytes and more")), "more than the 5 bytes arrived");
}

TEST_F(BlobDownload, OfUnknownSizeIsOfASmallFile) {
  file_.size.reset();
  download(ScriptedServer(answer_with("as many as there are")));
  EXPECT_EQ(file_content(cache_.blob("etag")), "as many as there are");
  std::filesystem::remove(cache_.blob("etag"));
  expect_refused(ScriptedServer(answer_without_end("200 OK")), "more than 64 MiB arrived");
}

TEST_F(BlobDownload, LacksWhatEarlierRunsHaveNotLeft) {
  RemoteFile other = file_;
  other.etag = "other";
  EXPECT_EQ(count_missing_bytes(cache_, std::array{file_, other}), 10);
  write_file(cache_.incomplete_blob("etag"), "byt");
  write_file(cache_.incomplete_blob("other"), "too many");  // and so to be had anew
  EXPECT_EQ(count_missing_bytes(cache_, std::array{file_, other}), 7);
  file_.size.reset();
  EXPECT_EQ(count_missing_bytes(cache_, std::array{file_, other}), 5);
}

TEST_F(BlobDownload, LacksNoLessWhereTheSizesAreTooLargeToAddUp) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  RemoteFile huge = file_;
  huge.size = kLargest - 1;
  huge.etag = "huge";
  EXPECT_EQ(count_missing_bytes(cache_, std::array{file_, huge}), kLargest);
  EXPECT_EQ(count_missing_bytes(cache_, std::array{file_, huge, file_}), kLargest);
}

}  // namespace
}  // namespace vit_embed
