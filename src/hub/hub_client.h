#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/log.h"
#include "hub/http_client.h"
#include "hub/hub_answer.h"
#include "hub/hub_settings.h"
#include "hub/retries.h"

namespace vit_embed {

/// One repository on the Hub.
class HubClient {
 public:
  /// `log` must outlive it.
  HubClient(HubSettings settings, std::string repository_id, RetryPolicy policy, std::stop_token stop,
            const LogSink& log);

  /// What the Hub says of a file at a revision; nothing where it has none. Tries again what may pass, but not
  /// to connect: without a network that is to be said at once. Throws FatalError with what to do,
  /// TransferError where the last attempt failed so, StoppedError at a stop.
  std::optional<RemoteFile> find(const std::string& revision, const std::string& file);

  /// One attempt at a file's bytes from `first_byte` on. The answer's status: 206; 200 where the server sends
  /// the whole file instead; 416 where it has nothing from there on. Throws as find() does.
  int get(const RemoteFile& file, std::uint64_t first_byte, const HttpClient::BodyHandler& on_body);

  const std::string& repository_id() const { return repository_id_; }
  Retries retries() const { return Retries(policy_, stop_, log_); }

 private:
  HttpRequest request(const HubQuestion& question) const;

  HubSettings settings_;
  std::string repository_id_;
  RetryPolicy policy_;
  std::stop_token stop_;
  const LogSink& log_;
  HttpClient http_;
};

}  // namespace vit_embed
