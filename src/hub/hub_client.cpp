#include "hub/hub_client.h"

#include <utility>

#include "hub/hub_url.h"

namespace vit_embed {

HubClient::HubClient(HubSettings settings, std::string repository_id, RetryPolicy policy,
                     std::stop_token stop, const LogSink& log)
    : settings_(std::move(settings)),
      repository_id_(std::move(repository_id)),
      policy_(policy),
      stop_(stop),
      log_(log),
      http_(HttpTimeouts(), std::move(stop), settings_.authorities) {}

HttpRequest HubClient::request(const HubQuestion& question) const {
  return {.url = resolve_url(settings_.endpoint, question.repository_id, question.revision, question.file),
          .bearer_token = settings_.token ? settings_.token->value : ""};
}

std::optional<RemoteFile> HubClient::find(const std::string& revision, const std::string& file) {
  const HubQuestion question{repository_id_, revision, file};
  Retries attempts = retries();
  for (;;) {
    try {
      return read_answer(settings_, question, http_.head(request(question)));
    } catch (const TransferError& e) {
      if (e.kind() == TransferError::Kind::unreachable) throw;
      attempts.wait_after(e);
    }
  }
}

int HubClient::get(const RemoteFile& file, std::uint64_t first_byte, const HttpClient::BodyHandler& on_body) {
  const HubQuestion question{repository_id_, file.commit, file.name};
  HttpRequest from_there = request(question);
  from_there.first_byte = first_byte;
  const HttpResponse response = http_.get(from_there, on_body);
  const bool is_answer = response.status == 200 || response.status == 206 || response.status == 416;
  if (!is_answer) refuse_answer(settings_, question, response);
  return response.status;
}

}  // namespace vit_embed
