#include "hub/hub_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

const std::string kSha256(64, 'd');

class HubAnswerTest : public testing::Test {
 protected:
  HubAnswerTest() { settings_.endpoint = "https://hub.example"; }

  void answer(int status, std::map<std::string, std::string> headers) {
    response_.status = status;
    response_.headers = std::move(headers);
    if (status / 100 == 3) response_.redirect = "https://cdn.example/x";
  }
  void log_in() { settings_.token = HubToken{"hf_secret", "$HF_TOKEN"}; }

  std::optional<RemoteFile> read() {
    return read_answer(settings_, {"org/name", "main", "model.safetensors"}, response_);
  }

  void expect_refused(auto... reasons) {
    EXPECT_THAT([&] { read(); },
                ThrowsMessage<FatalError>(AllOf(HasSubstr("'org/name'"), HasSubstr("hub.example"),
                                                Not(HasSubstr("hf_secret")), HasSubstr(reasons)...)));
  }

  HubSettings settings_;
  HttpResponse response_;
};

TEST_F(HubAnswerTest, OfALargeFileCarriesItsCommitHashAndSize) {
  answer(302, {{"x-repo-commit", "abc"},
               {"x-linked-etag", '"' + kSha256 + '"'},
               {"x-linked-size", "1213345678"},
               {"etag", "\"of-the-redirect\""},
               {"content-length", "1079"}});
  const auto file = read();
  ASSERT_TRUE(file);
  EXPECT_EQ(file->name, "model.safetensors");
  EXPECT_EQ(file->commit, "abc");
  EXPECT_EQ(file->etag, kSha256);
  EXPECT_EQ(file->sha256, kSha256);
  EXPECT_EQ(file->size, 1213345678);
}

TEST_F(HubAnswerTest, OfASmallFileHasNoHashToCheck) {
  for (const char* etag : {"\"0123\"", "W/\"0123\"", "0123"}) {
    answer(200, {{"x-repo-commit", "abc"}, {"etag", etag}, {"content-length", "504"}});
    const auto file = read();
    ASSERT_TRUE(file);
    EXPECT_EQ(file->etag, "0123");
    EXPECT_EQ(file->sha256, "");
    EXPECT_EQ(file->size, 504);
  }
}

TEST_F(HubAnswerTest, WithoutASizeLeavesItOpen) {
  answer(302, {{"x-repo-commit", "abc"}, {"x-linked-etag", "0123"}, {"content-length", "1079"}});
  EXPECT_EQ(read()->size, std::nullopt);
  answer(302, {{"x-repo-commit", "abc"}, {"x-linked-etag", "0123"}, {"x-linked-size", "-1"}});
  EXPECT_EQ(read()->size, std::nullopt);
}

TEST_F(HubAnswerTest, ThatNoHubGivesIsRefused) {
  answer(200, {{"etag", "\"0123\""}});
  expect_refused("no X-Repo-Commit");
  answer(200, {{"x-repo-commit", "abc"}});
  expect_refused("no ETag");
  answer(302, {{"x-repo-commit", "abc"}, {"etag", "\"0123\""}});
  expect_refused("no ETag");
}

TEST_F(HubAnswerTest, WhoseNamesLeadOutOfTheCacheIsRefused) {
  for (const char* bad : {"../x", "..", "a/b", ".hidden"}) {
    answer(200, {{"x-repo-commit", "abc"}, {"etag", bad}});
    expect_refused("no ETag");
    answer(200, {{"x-repo-commit", bad}, {"etag", "0123"}});
    expect_refused("no X-Repo-Commit");
  }
}

TEST_F(HubAnswerTest, IsNothingForAFileThatIsNotThere) {
  answer(404, {{"x-error-code", "EntryNotFound"}});
  EXPECT_FALSE(read());
  answer(404, {});
  expect_refused("no such repository");
}

TEST_F(HubAnswerTest, SaysWhatToDoAboutARefusal) {
  answer(404, {{"x-error-code", "RevisionNotFound"}});
  expect_refused("no revision 'main'");
  answer(401, {{"x-error-code", "RepoNotFound"}, {"x-error-message", "Invalid username or password."}});
  expect_refused("no such repository or keeps it private", "set HF_TOKEN");
  answer(401, {{"x-error-code", "GatedRepo"}});
  expect_refused("accept its terms at https://hub.example/org/name", "set HF_TOKEN");
  answer(418, {{"x-error-message", "teapot"}});
  expect_refused("status 418: teapot");
}

TEST_F(HubAnswerTest, NamesWhereTheTokenCameFrom) {
  log_in();
  answer(401, {{"x-error-message", "Invalid credentials in Authorization header"}});
  expect_refused("does not accept the token from $HF_TOKEN");
  answer(404, {{"x-error-code", "RepoNotFound"}});
  expect_refused("whether the token from $HF_TOKEN may read it");
  answer(403, {{"x-error-code", "GatedRepo"}});
  expect_refused("a token of that account (now from $HF_TOKEN)");
  answer(403, {{"x-error-message", "not in your plan"}});
  expect_refused("refuses access", "not in your plan");
}

TEST_F(HubAnswerTest, ShowsNoTokenThatTheServerSendsBack) {
  log_in();
  for (const int status : {401, 403, 418, 503}) {
    answer(status, {{"x-error-message", "Bearer hf_secret, that is hf_secret"}});
    EXPECT_THAT([&] { read(); }, ThrowsMessage<FatalError>(Not(HasSubstr("hf_secret")))) << status;
  }
}

TEST_F(HubAnswerTest, OfAServerInTroubleMayPass) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    answer(status, {});
    response_.retry_after = std::chrono::seconds(7);
    try {
      read();
      FAIL() << status;
    } catch (const TransferError& e) {
      EXPECT_EQ(e.kind(), TransferError::Kind::server);
      EXPECT_EQ(e.retry_after(), std::chrono::seconds(7));
    }
  }
}

}  // namespace
}  // namespace vit_embed
