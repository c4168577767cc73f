#pragma once

#include "base/log.h"
#include "pipeline/embedding_options.h"
#include "query/indexed_embeddings.h"

namespace vit_embed {

/// `computed` (how: model, threads, engine, ...) with all that decides which numbers stand for an image set
/// as it was for these rows: feature, normalisation, dtype, precision, decoding, and for TorchScript of
/// another origin its preprocessing. Where it is not known: [CLS] in fp32.
EmbeddingOptions embed_as(const IndexedEmbeddings& rows, EmbeddingOptions computed);

/// Throws RefusedError, naming each difference, where `model` under these options does not make such rows.
/// Where it is not known what made them their size must fit, and `log` is warned.
void require_same_embedding(const IndexedEmbeddings& rows, const EmbeddingOptions& options,
                            const ModelDescription& model, const LogSink& log);

}  // namespace vit_embed
