#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "base/error.h"

namespace vit_embed {

/// An exchange that brought no answer, or the answer to come again.
class TransferError : public FatalError {
 public:
  enum class Kind {
    unreachable,  ///< no connection came about: no network, no such host, a proxy that does not answer
    broken,       ///< it was cut off, or nothing came for too long
    server,       ///< the server said to try later, or failed itself
    permanent,    ///< what will not pass: a certificate that does not verify, a protocol that is not allowed
  };

  TransferError(Kind kind, const std::string& what, std::optional<std::chrono::seconds> retry_after = {})
      : FatalError(what), kind_(kind), retry_after_(retry_after) {}

  Kind kind() const { return kind_; }
  /// How long the server asked to be left alone.
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }

 private:
  Kind kind_;
  std::optional<std::chrono::seconds> retry_after_;
};

struct HttpRequest {
  std::string url;
  std::string bearer_token;      ///< sent to the origin of `url` only; "" for none
  std::uint64_t first_byte = 0;  ///< a GET asks for the file from here on
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string redirect;                        ///< the absolute URL that a redirect leads to; else ""
  std::optional<std::chrono::seconds> retry_after;

  /// "" where there is none.
  std::string header(const std::string& name) const;
};

struct HttpTimeouts {
  std::chrono::seconds connect{10};  ///< for the name look-up, the connection and the TLS handshake together
  std::chrono::seconds stall{30};    ///< less than 1 KiB/s for so long is a broken transfer
};

/// HTTP by libcurl, one exchange at a time, blocking. Proxies are those of libcurl's environment variables.
/// Where the first URL is https, nothing goes over plain http, redirects included.
class HttpClient {
 public:
  /// A piece of the body of an answer 200 or 206. What it throws ends the exchange and is thrown on.
  using BodyHandler = std::function<void(int status, std::span<const std::byte> piece)>;

  /// A stop ends an exchange within a second, with StoppedError. `authorities` is a file of certificates to
  /// trust beside the system's; "" for none.
  HttpClient(HttpTimeouts timeouts, std::stop_token stop, std::string authorities = "");
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// Follows redirects as long as they stay at the same origin; another's is returned as it is. What the last
  /// answer's headers lack is taken from the redirects before it. Throws TransferError.
  HttpResponse head(const HttpRequest& request);

  /// Follows redirects. Throws as head() does.
  HttpResponse get(const HttpRequest& request, const BodyHandler& on_body);

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace vit_embed
