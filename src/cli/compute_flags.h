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
  by_flags,           ///< model and precision are what the flags say, the model else the environment
  by_flags_or_store,  ///< likewise, but a store that is there says the model before the environment does
  by_rows,            ///< those of rows that are there already: -m may be left out where they say it
  by_store,           ///< those of a store that is there, which always says the model
};

/// `flags` must outlive the parsing.
void add_compute_flags(CLI::App& command, ComputeFlags& flags, ModelChoice choice = ModelChoice::by_flags);

/// What the environment variable VIT_EMBED_MODEL says; empty where it is not set, or to nothing. It is what
/// one takes where nothing else is said, so that rows that are there say their model before it does.
std::filesystem::path model_of_environment();

/// Sets what the flags stand for in `options`. Throws UsageError, also where they contradict each other.
void apply_compute_flags(const ComputeFlags& flags, EmbeddingOptions& options);

}  // namespace vit_embed
