#pragma once

#include <filesystem>
#include <string>

#include "pipeline/embedding_options.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// What computes the embeddings and how, as typed.
struct ComputeFlags {
  std::filesystem::path model;
  std::string device = "cpu";
  std::string batch_size = "auto";
  int threads = 0;  ///< as many as there are processors
  std::string engine = "auto";
  std::string precision = "fp32";
  std::string isa;  ///< "" for no bound

  /// Whether engine, precision or instruction set is another than without a flag.
  bool choose_a_way() const { return engine != "auto" || precision != "fp32" || !isa.empty(); }
};

enum class ModelChoice {
  by_flags,           ///< model and precision are what the flags say
  by_flags_or_store,  ///< likewise, but a store that is there says the model where -m does not
  by_rows,            ///< those of rows that are there already: -m may be left out where they say it
};

/// `flags` must outlive the parsing.
void add_compute_flags(CLI::App& command, ComputeFlags& flags, ModelChoice choice = ModelChoice::by_flags);

/// Sets what the flags stand for in `options`. Throws UsageError, also where they contradict each other.
void apply_compute_flags(const ComputeFlags& flags, EmbeddingOptions& options);

}  // namespace vit_embed
