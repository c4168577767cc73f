#include "hub/hub_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "hub/hub_cache.h"
#include "hub/hub_url.h"

namespace vit_embed {
namespace {

/// An ETag without the mark of a weak one and its quotes.
std::string unquoted(std::string etag) {
  if (etag.starts_with("W/")) etag.erase(0, 2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return etag;
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<std::uint64_t> to_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// A server may send back what it was sent.
void hide(const std::string& secret, std::string& message) {
  for (std::size_t at = 0; (at = message.find(secret, at)) != std::string::npos; ++at)
    message.replace(at, secret.size(), "*");
}

/// "status 403: in the server's words", short enough for a line, and nothing in it that a terminal obeys.
std::string spelled_status(const HubSettings& settings, const HttpResponse& response) {
  std::string message = response.header("x-error-message");
  if (message.empty()) return fmt::format("status {}", response.status);
  if (settings.token) hide(settings.token->value, message);
  std::ranges::replace_if(
      message, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return fmt::format("status {}: {:.200}", response.status, message);
}

bool may_pass(int status) {
  return status == 408 || status == 429 || status / 100 == 5;
}

/// A 404 without this code is no answer of a Hub, and not to be remembered.
bool is_missing_file(const HttpResponse& response) {
  return response.header("x-error-code") == "EntryNotFound";
}

/// The refusals that a token, or another one, may turn.
[[noreturn]] void refuse_access(const HubSettings& settings, const HubQuestion& question,
                                const HttpResponse& response) {
  const std::string& id = question.repository_id;
  const std::string host = host_of(settings.endpoint);
  const std::string code = response.header("x-error-code");
  if (code == "GatedRepo") {
    throw FatalError(fmt::format(
        "'{}' is gated on {}: accept its terms at {}/{}, then {}", id, host, settings.endpoint, id,
        settings.token ? fmt::format("use a token of that account (now from {})", settings.token->origin)
                       : "set HF_TOKEN to a token of that account"));
  }
  const bool bad_token = response.status == 401 && settings.token && code != "RepoNotFound";
  if (bad_token || response.header("x-error-message") == "Invalid credentials in Authorization header") {
    throw FatalError(
        fmt::format("'{}': {} does not accept the token from {} ({}): make a new one at "
                    "{}/settings/tokens, or take the token away for a public repository",
                    id, host, settings.token ? settings.token->origin : "nowhere",
                    spelled_status(settings, response), settings.endpoint));
  }
  if (response.status == 403) {
    throw FatalError(fmt::format("'{}': {} refuses access to {} ({})", id, host, question.file,
                                 spelled_status(settings, response)));
  }
  throw FatalError(fmt::format(
      "'{}': no such directory or file, and {} has no such repository or keeps it private (status {}): "
      "check the id, or {}",
      id, host, response.status,
      settings.token ? fmt::format("whether the token from {} may read it", settings.token->origin)
                     : "set HF_TOKEN"));
}

}  // namespace

void refuse_answer(const HubSettings& settings, const HubQuestion& question, const HttpResponse& response) {
  const std::string& id = question.repository_id;
  const std::string host = host_of(settings.endpoint);
  const std::string code = response.header("x-error-code");
  if (may_pass(response.status)) {
    throw TransferError(TransferError::Kind::server,
                        fmt::format("{}: {}", host, spelled_status(settings, response)),
                        response.retry_after);
  }
  if (code == "RevisionNotFound") {
    throw FatalError(fmt::format("'{}' has no revision '{}' on {}: see {}/{}/commits", id, question.revision,
                                 host, settings.endpoint, id));
  }
  if (is_missing_file(response)) {
    throw FatalError(
        fmt::format("'{}' has no {} at revision '{}' on {}", id, question.file, question.revision, host));
  }
  if (response.status == 401 || response.status == 403 || response.status == 404) {
    refuse_access(settings, question, response);
  }
  throw FatalError(fmt::format("'{}': {} answers for {} with {}", id, host, question.file,
                               spelled_status(settings, response)));
}

std::optional<RemoteFile> read_answer(const HubSettings& settings, const HubQuestion& question,
                                      const HttpResponse& response) {
  if (is_missing_file(response)) return std::nullopt;
  const bool is_file = response.status == 200 || (response.status / 100 == 3 && !response.redirect.empty());
  if (!is_file) refuse_answer(settings, question, response);

  RemoteFile file;
  file.name = question.file;
  file.commit = response.header("x-repo-commit");
  const std::string linked = unquoted(response.header("x-linked-etag"));
  if (is_sha256(linked)) file.sha256 = linked;
  file.etag = linked.empty() && response.status == 200 ? unquoted(response.header("etag")) : linked;
  file.size = to_number(response.header("x-linked-size"));
  if (!file.size && response.status == 200) file.size = to_number(response.header("content-length"));
  if (!is_cache_name(file.commit) || !is_cache_name(file.etag)) {
    throw FatalError(
        fmt::format("'{}': {} does not answer as a Hub does: no {}; check HF_ENDPOINT and the proxy",
                    question.repository_id, host_of(settings.endpoint),
                    is_cache_name(file.commit) ? "ETag" : "X-Repo-Commit"));
  }
  return file;
}

}  // namespace vit_embed
