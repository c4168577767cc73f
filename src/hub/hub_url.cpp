#include "hub/hub_url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <new>

namespace vit_embed {
namespace {

struct CurlFree {
  void operator()(char* text) const { curl_free(text); }
};
using CurlText = std::unique_ptr<char, CurlFree>;

/// A URL taken apart; every part is "" where the URL has none, or is none.
class ParsedUrl {
 public:
  explicit ParsedUrl(const std::string& url) : url_(curl_url()) {
    if (url_ == nullptr) throw std::bad_alloc();
    valid_ = curl_url_set(url_.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  }

  bool is_valid() const { return valid_; }

  std::string part(CURLUPart which, unsigned int flags = 0) const {
    char* text = nullptr;
    if (!valid_ || curl_url_get(url_.get(), which, &text, flags) != CURLUE_OK) return "";
    const CurlText owned(text);
    return owned.get();
  }

  std::string host() const {
    std::string host = part(CURLUPART_HOST);
    std::ranges::transform(host, host.begin(), [](unsigned char c) { return std::tolower(c); });
    return host;
  }

 private:
  struct Cleanup {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
  };
  std::unique_ptr<CURLU, Cleanup> url_;
  bool valid_;
};

std::string escaped(const std::string& text) {
  const CurlText result(curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())));
  if (result == nullptr) throw std::bad_alloc();
  return result.get();
}

}  // namespace

std::string resolve_url(const std::string& endpoint, const std::string& repository_id,
                        const std::string& revision, const std::string& file) {
  return fmt::format("{}/{}/resolve/{}/{}", endpoint, repository_id, escaped(revision), escaped(file));
}

bool is_plain_web_url(const std::string& url) {
  const ParsedUrl parsed(url);
  const std::string scheme = parsed.part(CURLUPART_SCHEME);
  return (scheme == "http" || scheme == "https") && !parsed.host().empty() &&
         parsed.part(CURLUPART_USER).empty() && parsed.part(CURLUPART_PASSWORD).empty() &&
         parsed.part(CURLUPART_QUERY).empty() && parsed.part(CURLUPART_FRAGMENT).empty();
}

bool is_https(const std::string& url) {
  return ParsedUrl(url).part(CURLUPART_SCHEME) == "https";
}

std::string host_of(const std::string& url) {
  const ParsedUrl parsed(url);
  const std::string port = parsed.part(CURLUPART_PORT);
  return port.empty() ? parsed.host() : fmt::format("{}:{}", parsed.host(), port);
}

bool is_same_origin(const std::string& a, const std::string& b) {
  const ParsedUrl left(a);
  const ParsedUrl right(b);
  const auto port = [](const ParsedUrl& url) { return url.part(CURLUPART_PORT, CURLU_DEFAULT_PORT); };
  return left.is_valid() && right.is_valid() && left.part(CURLUPART_SCHEME) == right.part(CURLUPART_SCHEME) &&
         left.host() == right.host() && port(left) == port(right);
}

}  // namespace vit_embed
