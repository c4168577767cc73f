#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "hub/http_client.h"
#include "hub/scripted_server.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const auto kHasToken = HasSubstr("Authorization: Bearer hf_secret\r\n");

class HttpRedirects : public testing::Test {
 protected:
  /// Of a GET with a token; the body.
  std::string get(const std::string& url) {
    std::string body;
    client_.get({.url = url, .bearer_token = "hf_secret", .first_byte = 0},
                [&](int, std::span<const std::byte> piece) {
                  body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
                });
    return body;
  }

  HttpResponse head(const std::string& url) {
    return client_.head({.url = url, .bearer_token = "hf_secret", .first_byte = 0});
  }

  std::optional<TransferError> error_of(auto exchange) {
    try {
      exchange();
    } catch (const TransferError& e) {
      EXPECT_THAT(e.what(), Not(HasSubstr("hf_secret")));
      return e;
    }
    return std::nullopt;
  }

  HttpClient client_{{}, {}};
};

TEST_F(HttpRedirects, ToAnotherPortLoseTheTokenAndDoNotGetItBack) {
  std::promise<std::string> back;
  const ScriptedServer other(redirect_to([url = back.get_future().share()] { return url.get(); }));
  int count = 0;
  const ScriptedServer hub([&](const std::string& request, const ScriptedServer::Send& send) {
    (count++ == 0 ? redirect_to([&] { return other.url() + "/there"; }) : answer_with("bytes"))(request,
                                                                                                send);
  });
  back.set_value(hub.url() + "/back");
  EXPECT_EQ(get(hub.url() + "/file"), "bytes");
  EXPECT_THAT(hub.requests(),
              ElementsAre(kHasToken, AllOf(HasSubstr("GET /back"), Not(HasSubstr("hf_secret")))));
  EXPECT_THAT(other.requests(), ElementsAre(AllOf(HasSubstr("GET /there"), Not(HasSubstr("hf_secret")))));
}

TEST_F(HttpRedirects, ToAnotherNameOfTheHostLoseTheToken) {
  int count = 0;
  std::promise<std::string> other_name;
  const std::shared_future<std::string> there = other_name.get_future().share();
  const ScriptedServer hub([&](const std::string& request, const ScriptedServer::Send& send) {
    (count++ == 0 ? redirect_to([&] { return there.get(); }) : answer_with("bytes"))(request, send);
  });
  other_name.set_value("http://localhost" + hub.url().substr(hub.url().rfind(':')) + "/file");
  EXPECT_EQ(get(hub.url() + "/file"), "bytes");
  EXPECT_THAT(hub.requests(), ElementsAre(kHasToken, Not(HasSubstr("hf_secret"))));
}

TEST_F(HttpRedirects, WithinTheirOriginKeepTheToken) {
  int count = 0;
  const ScriptedServer hub([&](const std::string& request, const ScriptedServer::Send& send) {
    (count++ == 0 ? redirect_to([] { return "/renamed"; }) : answer_with("bytes"))(request, send);
  });
  EXPECT_EQ(get(hub.url() + "/file"), "bytes");
  EXPECT_THAT(hub.requests(), ElementsAre(kHasToken, AllOf(HasSubstr("GET /renamed"), kHasToken)));
}

TEST_F(HttpRedirects, OfAHeadToAnotherPortAreNotFollowed) {
  const ScriptedServer other(answer_with(""));
  const ScriptedServer hub(redirect_to([&] { return other.url() + "/there"; }));
  EXPECT_EQ(head(hub.url() + "/file").redirect, other.url() + "/there");
  EXPECT_THAT(other.requests(), IsEmpty());
}

TEST_F(HttpRedirects, AreFollowedTenTimes) {
  const ScriptedServer hub(redirect_to([] { return "/again"; }));
  const auto of_get = error_of([&] { get(hub.url() + "/file"); });
  ASSERT_TRUE(of_get);
  EXPECT_EQ(of_get->kind(), TransferError::Kind::permanent);
  EXPECT_THAT(of_get->what(), HasSubstr("more than 10 redirects"));
  EXPECT_THAT(hub.requests(), SizeIs(11));
  EXPECT_THAT(error_of([&] { head(hub.url() + "/file"); })->what(), HasSubstr("more than 10 redirects"));
}

TEST_F(HttpRedirects, ThatNameAUserShowNothingOfThePassword) {
  const ScriptedServer hub(redirect_to([] { return "http://user:hf_secret@127.0.0.1:1/file"; }));
  EXPECT_TRUE(error_of([&] { get(hub.url() + "/file"); }));
}

TEST_F(HttpRedirects, OfAnAnswerWithoutEndEndAllTheSame) {
  const ScriptedServer hub(answer_without_end("404 Not Found"));
  const auto error = error_of([&] { get(hub.url() + "/file"); });
  ASSERT_TRUE(error);
  EXPECT_THAT(error->what(), HasSubstr("status 404 without end"));
}

class HttpsRedirects : public HttpRedirects {
 protected:
  HttpsRedirects() {
    certificate_.write_certificate(directory_ / "authorities.pem");
    trust();
  }
  void trust() {
    trusting_.emplace(HttpTimeouts(), std::stop_token(), (directory_ / "authorities.pem").native());
  }

  std::string get(const std::string& url) {
    std::string body;
    trusting_->get({.url = url, .bearer_token = "hf_secret", .first_byte = 0},
                   [&](int, std::span<const std::byte> piece) {
                     body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
                   });
    return body;
  }

  TemporaryDirectory directory_;
  SelfSigned certificate_;
  std::optional<HttpClient> trusting_;
};

TEST_F(HttpsRedirects, NeverLeadToPlainHttp) {
  const ScriptedServer plain(answer_with("bytes"));
  const ScriptedServer hub(redirect_to([&] { return plain.url() + "/file"; }), &certificate_);
  const auto error = error_of([&] { get(hub.url() + "/file"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), TransferError::Kind::permanent);
  EXPECT_THAT(error->what(), HasSubstr("Protocol \"http\""));
  EXPECT_THAT(hub.requests(), ElementsAre(kHasToken));
  EXPECT_THAT(plain.requests(), IsEmpty());
}

TEST_F(HttpsRedirects, ToAnotherPortAreFollowedWithoutTheToken) {
  const ScriptedServer other(answer_with("bytes"), &certificate_);
  const ScriptedServer hub(redirect_to([&] { return other.url() + "/file"; }), &certificate_);
  EXPECT_EQ(get(hub.url() + "/file"), "bytes");
  EXPECT_THAT(hub.requests(), ElementsAre(kHasToken));
  EXPECT_THAT(other.requests(), ElementsAre(Not(HasSubstr("hf_secret"))));
}

TEST_F(HttpsRedirects, NeedACertificateThatIsTrusted) {
  const ScriptedServer hub(answer_with("bytes"), &certificate_);
  const auto error = error_of([&] { HttpRedirects::get(hub.url() + "/file"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), TransferError::Kind::permanent);
  EXPECT_THAT(error->what(), HasSubstr("SSL_CERT_FILE"));
  EXPECT_THAT(hub.requests(), IsEmpty());
}

}  // namespace
}  // namespace vit_embed
