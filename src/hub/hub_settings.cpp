#include "hub/hub_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "base/error.h"
#include "hub/hub_url.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultEndpoint = "https://huggingface.co";

std::optional<std::string> find_variable(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

fs::path hub_home(const Environment& environment) {
  if (const auto home = find_variable(environment, "HF_HOME")) return *home;
  if (const auto cache = find_variable(environment, "XDG_CACHE_HOME"))
    return fs::path(*cache) / "huggingface";
  return fs::path(find_variable(environment, "HOME").value_or("/root")) / ".cache" / "huggingface";
}

std::string read_endpoint(const Environment& environment) {
  std::string endpoint = find_variable(environment, "HF_ENDPOINT").value_or(kDefaultEndpoint);
  while (endpoint.ends_with('/')) endpoint.pop_back();
  // A password in it would stand in every message that names the endpoint.
  if (!is_plain_web_url(endpoint))
    throw UsageError("HF_ENDPOINT must be http(s)://HOST, without user or query");
  return endpoint;
}

/// The text without the white space around it, or nothing where nothing is left.
std::optional<HubToken> make_token(std::string_view text, std::string origin) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kSpace) - first + 1);
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; })) {
    throw UsageError(fmt::format("{} holds no token: there are characters in it that no token has", origin));
  }
  return HubToken{std::string(text), std::move(origin)};
}

std::optional<HubToken> read_token(const Environment& environment) {
  if (const auto value = find_variable(environment, "HF_TOKEN")) {
    if (auto token = make_token(*value, "$HF_TOKEN")) return token;
  }
  const auto told = find_variable(environment, "HF_TOKEN_PATH");
  const fs::path path = told ? fs::path(*told) : hub_home(environment) / "token";
  std::ifstream file(path);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  return make_token(text, fmt::format("'{}'", path.native()));
}

bool is_true(std::string value) {
  std::ranges::transform(value, value.begin(),
                         [](unsigned char c) { return c < 0x80 ? std::tolower(c) : c; });
  return std::set<std::string>{"1", "true", "yes", "on"}.contains(value);
}

}  // namespace

HubSettings read_hub_settings(const Environment& environment) {
  HubSettings settings;
  settings.endpoint = read_endpoint(environment);
  settings.token = read_token(environment);
  const auto cache = find_variable(environment, "HF_HUB_CACHE");
  settings.cache = cache ? fs::path(*cache) : hub_home(environment) / "hub";
  settings.offline = is_true(find_variable(environment, "HF_HUB_OFFLINE").value_or(""));
  settings.authorities = find_variable(environment, "SSL_CERT_FILE").value_or("");
  return settings;
}

}  // namespace vit_embed
