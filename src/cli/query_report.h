#pragma once

#include <string>
#include <vector>

#include "query/query.h"

namespace vit_embed {

// What queries found, in each of the ways that it is told; nothing of those that failed.

/// For people: a block a query, its name and a line for each image that was found, "  0.9876  path". Control
/// characters in names are '?'.
std::string answers_as_text(const std::vector<QueryAnswer>& answers);

/// "query,rank,score,path", as formats/csv.h has CSV; names are bytes.
std::string answers_as_csv(const std::vector<QueryAnswer>& answers);

/// An array of {query, results: [{rank, score, path}]}; bytes that are not UTF-8 as in jsonl_rows.h.
std::string answers_as_json(const std::vector<QueryAnswer>& answers);

}  // namespace vit_embed
