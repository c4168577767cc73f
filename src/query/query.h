#pragma once

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/log.h"
#include "inputs/open_inputs.h"
#include "output/embedded_batch.h"
#include "pipeline/embedding_options.h"
#include "query/indexed_embeddings.h"

namespace vit_embed {

/// A file that a query found.
struct Neighbor {
  std::string name;
  double cosine = 0;
};

/// A query image and what came of it.
struct QueryAnswer {
  std::string name;
  std::optional<InputFailure> failure;  ///< nothing: it was answered
  std::vector<Neighbor> neighbors;      ///< the nearest first
  std::vector<std::byte> thumbnail;     ///< a JPEG; empty where none was asked for
};

struct QueryOptions {
  InputOptions inputs;
  EmbeddingOptions embedding;  ///< the model and how it is computed; the rest is as the rows have it
  std::size_t most = 10;       ///< neighbours of a query
  int thumbnail_side = 0;      ///< pixels; 0: no thumbnails of the queries
};

struct QueryReport {
  std::vector<QueryAnswer> answers;  ///< in input order
  bool random_weights = false;
  bool interrupted = false;  ///< stopped before the end: nothing was searched
};

/// Embeds every input as the rows were embedded and finds the rows with the largest cosines; of equal ones
/// those that stand first, and a row's names in the index's order. One pass over the rows answers all. Throws
/// RefusedError where the model is another than made the rows, UsageError and FatalError as extract() does.
QueryReport query(const IndexedEmbeddings& rows, const QueryOptions& options, Runtime& runtime,
                  const LogSink& log, std::stop_token stop);

}  // namespace vit_embed
