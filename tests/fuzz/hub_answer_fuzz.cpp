#include <charconv>

#include "base/error.h"
#include "fuzz/fuzz_input.h"
#include "hub/hub_answer.h"
#include "hub/hub_cache.h"
#include "hub/hub_url.h"

using namespace vit_embed;

namespace {

constexpr const char* kToken = "hf_secret";

/// A first line with the status and the URL of a redirect, then a line for each header.
HttpResponse response_of(std::string_view text) {
  HttpResponse response;
  bool first = true;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string value(line.substr(std::min(space + 1, line.size())));
    if (first) {
      std::from_chars(line.data(), line.data() + space, response.status);
      response.redirect = value;
    } else {
      response.headers[std::string(line.substr(0, space))] = value;
    }
    first = false;
  }
  return response;
}

void check_url(const std::string& url) {
  const std::string host = host_of(url);
  expect(host.find('@') == std::string::npos && host.find('/') == std::string::npos,
         "a host is a host alone");
  expect(!is_same_origin(url, "https://hub.example") || (is_https(url) && host.starts_with("hub.example")),
         "only the Hub is the Hub");
}

void expect_no_token(const Error& error) {
  expect(std::string_view(error.what()).find(kToken) == std::string_view::npos, "an error shows no token");
}

}  // namespace

/// Any answer is a file whose names stay in the cache, none, or a FatalError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  HubSettings settings;
  settings.endpoint = "https://hub.example";
  settings.token = HubToken{kToken, "$HF_TOKEN"};
  const HubQuestion question{"someone/model", "main", "model.safetensors"};
  const HttpResponse response = response_of(as_text(data, size));
  check_url(response.redirect);
  try {
    const std::optional<RemoteFile> file = read_answer(settings, question, response);
    if (!file) return 0;
    expect(is_cache_name(file->commit) && is_cache_name(file->etag), "names stay in the cache");
    expect(file->sha256.empty() || file->sha256.size() == 64, "a hash is whole");
  } catch (const FatalError& e) {
    expect_no_token(e);
  }
  return 0;
}
