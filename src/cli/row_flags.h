#pragma once

#include <string>
#include <vector>

#include "pipeline/embedding_options.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// Which numbers stand for an image, as typed.
struct RowFlags {
  std::vector<std::string> features{"cls"};
  bool l2_normalize = false;
  std::string dtype = "float32";
};

/// Whether several features may be asked for.
enum class FeatureCount { one, several };

/// `flags` must outlive the parsing.
void add_row_flags(CLI::App& command, RowFlags& flags, FeatureCount count);

/// Sets what the flags stand for in `options`. Throws UsageError.
void apply_row_flags(const RowFlags& flags, EmbeddingOptions& options);

}  // namespace vit_embed
