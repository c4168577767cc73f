#include "hub/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <new>
#include <utility>

#include "hub/hub_url.h"

namespace vit_embed {
namespace {

constexpr int kMostRedirects = 10;
constexpr std::size_t kLongestUnwantedBody = std::size_t{1} << 20;

struct SlistFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// libcurl's own initialisation. It counts its users and has locked around it since 7.84, so that each client
/// can hold one and none is global.
class CurlLibrary {
 public:
  CurlLibrary() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw FatalError("libcurl does not start");
  }
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;
  ~CurlLibrary() { curl_global_cleanup(); }
};

TransferError::Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PROXY:
      return TransferError::Kind::unreachable;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_OUT_OF_MEMORY:
      return TransferError::Kind::permanent;
    default:
      return TransferError::Kind::broken;
  }
}

bool is_redirect(const HttpResponse& response) {
  return response.status / 100 == 3 && !response.redirect.empty();
}

}  // namespace

std::string HttpResponse::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

/// The easy handle and one exchange on it.
class HttpClient::Session {
 public:
  Session(HttpTimeouts timeouts, std::stop_token stop, std::string authorities)
      : timeouts_(timeouts),
        stop_(std::move(stop)),
        authorities_(std::move(authorities)),
        easy_(curl_easy_init()) {
    if (easy_ == nullptr) throw std::bad_alloc();
  }

  HttpResponse exchange(const HttpRequest& request, bool https_only, const BodyHandler* on_body);

 private:
  void set_options(const HttpRequest& request, bool https_only);
  void set_headers();
  HttpResponse response() const;
  /// Whether the last exchange did not even come to a connection, to the server or through the proxy.
  bool never_connected() const;
  [[noreturn]] void fail(CURLcode code, const std::string& url) const;
  static int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  static std::size_t on_write(char* data, std::size_t, std::size_t size, void* self) noexcept;

  template <typename Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
    if (code != CURLE_OK) throw FatalError(fmt::format("libcurl: {}", curl_easy_strerror(code)));
  }

  long status() const {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  struct Cleanup {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  CurlLibrary library_;
  HttpTimeouts timeouts_;
  std::stop_token stop_;
  std::string authorities_;
  std::unique_ptr<CURL, Cleanup> easy_;
  std::unique_ptr<curl_slist, SlistFree> headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  const BodyHandler* on_body_ = nullptr;
  std::size_t unwanted_ = 0;  // bytes of an answer that is not the file
  std::exception_ptr body_error_;
};

HttpResponse HttpClient::Session::exchange(const HttpRequest& request, bool https_only,
                                           const BodyHandler* on_body) {
  on_body_ = on_body;
  unwanted_ = 0;
  body_error_ = nullptr;
  error_text_[0] = '\0';
  set_options(request, https_only);
  const CURLcode code = curl_easy_perform(easy_.get());
  if (body_error_) std::rethrow_exception(body_error_);
  if (code != CURLE_OK) fail(code, request.url);
  return response();
}

void HttpClient::Session::set_options(const HttpRequest& request, bool https_only) {
  curl_easy_reset(easy_.get());  // keeps the connections
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, https_only ? "https" : "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOBODY, on_body_ == nullptr ? 1L : 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  // A name look-up that hangs is left behind instead of waited for.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(timeouts_.connect.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, 1024L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(timeouts_.stall.count()));
  set(CURLOPT_USERAGENT, "vit-embed/" VIT_EMBED_VERSION);
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  if (!authorities_.empty()) set(CURLOPT_CAINFO, authorities_.c_str());
  if (!request.bearer_token.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    set(CURLOPT_XOAUTH2_BEARER, request.bearer_token.c_str());
  }
  if (request.first_byte > 0) set(CURLOPT_RANGE, fmt::format("{}-", request.first_byte).c_str());
  set_headers();

  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_WRITEFUNCTION, &on_write);
}

void HttpClient::Session::set_headers() {
  if (headers_ == nullptr) {
    // Sizes and ranges must be those of the file, not of a compressed form of it.
    headers_.reset(curl_slist_append(nullptr, "Accept-Encoding: identity"));
    if (headers_ == nullptr) throw std::bad_alloc();
  }
  set(CURLOPT_HTTPHEADER, headers_.get());
}

int HttpClient::Session::on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Session*>(self)->stop_.stop_requested() ? 1 : 0;
}

/// An exception must not cross libcurl's C frames; it is kept, and the transfer ended.
std::size_t HttpClient::Session::on_write(char* data, std::size_t, std::size_t size, void* self) noexcept {
  auto& session = *static_cast<Session*>(self);
  try {
    const long status = session.status();
    const bool is_file = status == 200 || status == 206;
    if (session.on_body_ != nullptr && is_file) {
      (*session.on_body_)(static_cast<int>(status), std::as_bytes(std::span(data, size)));
    } else if ((session.unwanted_ += size) > kLongestUnwantedBody) {
      throw TransferError(TransferError::Kind::broken,
                          fmt::format("an answer of status {} without end", status));
    }
    return size;
  } catch (...) {
    session.body_error_ = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

HttpResponse HttpClient::Session::response() const {
  HttpResponse response;
  response.status = static_cast<int>(status());
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(easy_.get(), CURLH_HEADER, -1, header)) != nullptr) {
    std::string name = header->name;
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    response.headers.insert_or_assign(std::move(name), header->value);
  }
  const char* redirect = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) response.redirect = redirect;
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  if (seconds > 0) response.retry_after = std::chrono::seconds(seconds);
  return response;
}

bool HttpClient::Session::never_connected() const {
  curl_off_t connected_us = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &connected_us);
  long proxy_status = 0;  // from libcurl 8 on, being connected to the proxy counts
  curl_easy_getinfo(easy_.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  return connected_us == 0 || (proxy_status != 0 && proxy_status / 100 != 2);
}

void HttpClient::Session::fail(CURLcode code, const std::string& url) const {
  if (code == CURLE_ABORTED_BY_CALLBACK) throw StoppedError("stopped; the same command goes on from here");
  std::string what = error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code);
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
    what += " (the system's certificates are Debian's package ca-certificates; SSL_CERT_FILE names others)";
  }
  TransferError::Kind kind = kind_of(code);
  if (kind == TransferError::Kind::broken && never_connected()) kind = TransferError::Kind::unreachable;
  throw TransferError(kind, fmt::format("{}: {}", host_of(url), what));
}

HttpClient::HttpClient(HttpTimeouts timeouts, std::stop_token stop, std::string authorities)
    : session_(std::make_unique<Session>(timeouts, std::move(stop), std::move(authorities))) {}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::head(const HttpRequest& request) {
  const bool https_only = is_https(request.url);
  HttpRequest current = request;
  std::map<std::string, std::string> earlier;
  for (int i = 0; i <= kMostRedirects; ++i) {
    HttpResponse response = session_->exchange(current, https_only, nullptr);
    response.headers.merge(earlier);
    if (!is_redirect(response) || !is_same_origin(response.redirect, request.url)) return response;
    current.url = response.redirect;
    earlier = std::move(response.headers);
    for (const char* of_the_redirect : {"content-length", "etag", "location"}) earlier.erase(of_the_redirect);
  }
  throw TransferError(TransferError::Kind::permanent,
                      fmt::format("{}: more than {} redirects", host_of(request.url), kMostRedirects));
}

HttpResponse HttpClient::get(const HttpRequest& request, const BodyHandler& on_body) {
  const bool https_only = is_https(request.url);
  HttpRequest current = request;
  for (int i = 0; i <= kMostRedirects; ++i) {
    HttpResponse response = session_->exchange(current, https_only, &on_body);
    if (!is_redirect(response)) return response;
    current.url = response.redirect;
    // Once it has left its origin the token does not come back either: what leads there was not the Hub.
    if (!is_same_origin(current.url, request.url)) current.bearer_token.clear();
  }
  throw TransferError(TransferError::Kind::permanent,
                      fmt::format("{}: more than {} redirects", host_of(request.url), kMostRedirects));
}

}  // namespace vit_embed
