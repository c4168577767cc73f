#pragma once

#include "base/log.h"
#include "pipeline/extract.h"
#include "query/indexed_embeddings.h"

namespace vit_embed {

/// `computed` (how: model, threads, engine, ...) with all that decides which numbers stand for an image set
/// as it was for these rows: feature, normalisation, dtype, precision, decoding, and for TorchScript of
/// another origin its preprocessing. Where it is not known: [CLS] in fp32.
ExtractOptions embed_as(const IndexedEmbeddings& rows, ExtractOptions computed);

/// Throws RefusedError, naming each difference, where `model` under these options does not make such rows.
/// Where it is not known what made them their size must fit, and `log` is warned.
void require_same_embedding(const IndexedEmbeddings& rows, const ExtractOptions& options,
                            const ModelDescription& model, const LogSink& log);

}  // namespace vit_embed
