#pragma once

#include <string>

namespace vit_embed {

/// Where the Hub serves a file of a repository: ENDPOINT/ID/resolve/REVISION/FILE, what is not a letter, a
/// digit or one of -._~ in REVISION and FILE escaped.
std::string resolve_url(const std::string& endpoint, const std::string& repository_id,
                        const std::string& revision, const std::string& file);

/// Whether a text is an http or https URL with a host and without user, password, query and fragment.
bool is_plain_web_url(const std::string& url);

bool is_https(const std::string& url);

/// The host, with the port where one is written; for messages, which must not show the query of a signed URL.
std::string host_of(const std::string& url);

/// Whether scheme, host and port are the same: what is meant for one may be told to the other.
bool is_same_origin(const std::string& a, const std::string& b);

}  // namespace vit_embed
