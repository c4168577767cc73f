#include "query/same_embedding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"

namespace vit_embed {

EmbeddingOptions embed_as(const IndexedEmbeddings& rows, EmbeddingOptions computed) {
  EmbeddingOptions options = std::move(computed);
  options.decode.max_pixels = rows.max_pixels;
  options.dtype = rows.rows.type;
  if (rows.fingerprint) embed_likewise(*rows.fingerprint, options);
  return options;
}

void require_same_embedding(const IndexedEmbeddings& rows, const EmbeddingOptions& options,
                            const ModelDescription& model, const LogSink& log) {
  const FeatureSpec spec = make_feature_spec(options, options.features.front(), model);
  if (rows.fingerprint && *rows.fingerprint != spec.fingerprint) {
    throw RefusedError(fmt::format("the rows of '{}' are not what model file '{}' makes: {}",
                                   rows.source.native(), options.model.native(),
                                   fmt::join(differences(*rows.fingerprint, spec.fingerprint), "; ")));
  }
  if (spec.row_size() != rows.rows.row_size) {
    throw RefusedError(fmt::format("'{}' has rows of {} numbers, and model file '{}' makes {}",
                                   rows.source.native(), rows.rows.row_size, options.model.native(),
                                   spec.row_size()));
  }
  if (rows.fingerprint) return;
  log(LogLevel::warning,
      fmt::format("'{}' does not say what made its rows: they are taken for {} of '{}', in fp32",
                  rows.source.native(), to_string(spec.fingerprint.feature), options.model.native()));
}

}  // namespace vit_embed
