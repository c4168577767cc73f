#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace vit_embed {

/// What lets us in where a repository is private or gated.
struct HubToken {
  std::string value;   ///< never to be printed
  std::string origin;  ///< where it was found, for messages: "$HF_TOKEN", or the file in quotes
};

/// Where the Hub is and how it is used, as Python's huggingface_hub is told by the same variables.
struct HubSettings {
  std::string endpoint;  ///< an http or https URL without a slash at its end
  std::optional<HubToken> token;
  std::filesystem::path cache;  ///< the Hub's cache, which need not be there
  bool offline = false;         ///< nothing but the cache
  std::string authorities;      ///< a file of certificates to trust beside the system's; "" for none
};

/// Looks a variable up as getenv(3) does.
using Environment = std::function<const char*(const char* name)>;

/// $HF_ENDPOINT; $HF_TOKEN, else the file that `huggingface-cli login` left ($HF_TOKEN_PATH, else
/// $HF_HOME/token); $HF_HUB_CACHE, else $HF_HOME/hub; $HF_HUB_OFFLINE; $SSL_CERT_FILE. $HF_HOME is
/// $XDG_CACHE_HOME/huggingface or ~/.cache/huggingface unless it is set; a variable that is "" counts as not
/// set. Throws UsageError for an endpoint that is no URL of the Web or a token that no header can carry.
HubSettings read_hub_settings(const Environment& environment);

}  // namespace vit_embed
