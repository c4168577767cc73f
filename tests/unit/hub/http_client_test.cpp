#include "hub/http_client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "listening_socket.h"

namespace vit_embed {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Clock = std::chrono::steady_clock;

/// A port where nothing is ever said.
class SilentServer {
 public:
  const std::string& url() const { return url_; }
  void close() { listening_.socket.close(); }

 private:
  ListeningSocket listening_;
  std::string url_ = fmt::format("http://127.0.0.1:{}/", listening_.port);
};

TransferError::Kind kind_of_failure(HttpClient& client, const std::string& url) {
  try {
    client.head({.url = url, .bearer_token = "", .first_byte = 0});
  } catch (const TransferError& e) {
    return e.kind();
  }
  throw std::runtime_error("no failure");
}

TEST(HttpClientTest, BreaksOffWhereNothingComes) {
  const SilentServer server;
  HttpClient client({.connect = 5s, .stall = 1s}, {});
  EXPECT_EQ(kind_of_failure(client, server.url()), TransferError::Kind::broken);
}

TEST(HttpClientTest, EndsAnExchangeAtAStop) {
  const SilentServer server;
  std::stop_source stop;
  HttpClient client({}, stop.get_token());
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  });
  const Clock::time_point begin = Clock::now();
  EXPECT_THROW(kind_of_failure(client, server.url()), StoppedError);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST(HttpClientTest, CallsAServerThatIsNotThereUnreachable) {
  SilentServer server;
  server.close();
  HttpClient client({}, {});
  EXPECT_EQ(kind_of_failure(client, server.url()), TransferError::Kind::unreachable);
}

TEST(HttpClientTest, SpeaksNothingButHttp) {
  HttpClient client({}, {});
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", ""}) {
    EXPECT_EQ(kind_of_failure(client, url), TransferError::Kind::permanent) << url;
  }
}

}  // namespace
}  // namespace vit_embed
