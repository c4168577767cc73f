#include "hub/hub_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

class HubSettingsTest : public testing::Test {
 protected:
  HubSettingsTest() { variables_["HOME"] = directory_.path().native(); }

  HubSettings read() const {
    return read_hub_settings([this](const char* name) {
      const auto found = variables_.find(name);
      return found == variables_.end() ? nullptr : found->second.c_str();
    });
  }
  std::string token() const {
    const auto found = read().token;
    return found ? found->value : "none";
  }

  TemporaryDirectory directory_;
  std::map<std::string, std::string> variables_;
};

TEST_F(HubSettingsTest, AreThePublicHubAndTheHomeDirectoryUnlessTold) {
  const HubSettings settings = read();
  EXPECT_EQ(settings.endpoint, "https://huggingface.co");
  EXPECT_EQ(settings.cache, directory_ / ".cache/huggingface/hub");
  EXPECT_FALSE(settings.token);
  EXPECT_FALSE(settings.offline);
}

TEST_F(HubSettingsTest, TakeTheCacheFromTheMostSpecificVariable) {
  variables_["XDG_CACHE_HOME"] = "/xdg";
  EXPECT_EQ(read().cache, "/xdg/huggingface/hub");
  variables_["HF_HOME"] = "/home-of-hf";
  EXPECT_EQ(read().cache, "/home-of-hf/hub");
  variables_["HF_HUB_CACHE"] = "/cache";
  EXPECT_EQ(read().cache, "/cache");
  variables_["HF_HUB_CACHE"] = "";
  EXPECT_EQ(read().cache, "/home-of-hf/hub");
}

TEST_F(HubSettingsTest, TakeTheTokenFromTheMostSpecificPlace) {
  write_file(directory_ / ".cache/huggingface/token", "of-home\n");
  EXPECT_EQ(token(), "of-home");
  variables_["XDG_CACHE_HOME"] = directory_ / "xdg";
  EXPECT_EQ(token(), "none");
  write_file(directory_ / "xdg/huggingface/token", "of-xdg\n");
  EXPECT_EQ(token(), "of-xdg");
  variables_["HF_HOME"] = directory_ / "hf";
  write_file(directory_ / "hf/token", "of-hf-home");
  EXPECT_EQ(token(), "of-hf-home");
  variables_["HF_TOKEN_PATH"] = directory_ / "t";
  write_file(directory_ / "t", "  of-path \r\n");
  EXPECT_EQ(token(), "of-path");
  variables_["HF_TOKEN"] = "of-variable\n";
  EXPECT_EQ(token(), "of-variable");
  EXPECT_EQ(read().token->origin, "$HF_TOKEN");
}

TEST_F(HubSettingsTest, HaveNoTokenWhereItIsBlank) {
  write_file(directory_ / ".cache/huggingface/token", " \n");
  variables_["HF_TOKEN"] = " ";
  EXPECT_EQ(token(), "none");
}

TEST_F(HubSettingsTest, RefuseATokenThatNoHeaderCanCarryWithoutShowingIt) {
  variables_["HF_TOKEN"] = "hf_x\r\nX-Other: y";
  EXPECT_THAT([this] { read(); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("$HF_TOKEN"), Not(HasSubstr("hf_x")))));
}

TEST_F(HubSettingsTest, DropTheSlashAtTheEndOfTheEndpoint) {
  variables_["HF_ENDPOINT"] = "http://mirror.example:8080/hf//";
  EXPECT_EQ(read().endpoint, "http://mirror.example:8080/hf");
}

TEST_F(HubSettingsTest, RefuseAnEndpointThatIsNoPlainUrlOfTheWeb) {
  for (const char* endpoint :
       {"mirror", "ftp://mirror", "file:///x", "https://user:password@mirror", "http://x/?y"}) {
    variables_["HF_ENDPOINT"] = endpoint;
    EXPECT_THAT([this] { read(); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr("HF_ENDPOINT"), Not(HasSubstr("password@")))))
        << endpoint;
  }
}

TEST_F(HubSettingsTest, TakeTheAuthoritiesToTrustFromOpenSslsVariable) {
  EXPECT_EQ(read().authorities, "");
  variables_["SSL_CERT_FILE"] = "/etc/company.pem";
  EXPECT_EQ(read().authorities, "/etc/company.pem");
}

TEST_F(HubSettingsTest, AreOfflineForAnySpellingOfYes) {
  for (const char* yes : {"1", "true", "YES", "On"}) {
    variables_["HF_HUB_OFFLINE"] = yes;
    EXPECT_TRUE(read().offline) << yes;
  }
  for (const char* no : {"0", "false", "", "2"}) {
    variables_["HF_HUB_OFFLINE"] = no;
    EXPECT_FALSE(read().offline) << no;
  }
}

}  // namespace
}  // namespace vit_embed
