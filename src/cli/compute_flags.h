#pragma once

#include <string>

#include "pipeline/extract.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// --engine, --precision and --isa as typed; no bound is "".
struct ComputeFlags {
  std::string engine = "auto";
  std::string precision = "fp32";
  std::string isa;

  bool operator==(const ComputeFlags&) const = default;
};

/// `flags` must outlive the parsing.
void add_compute_flags(CLI::App& command, ComputeFlags& flags);

/// Sets the engine, precision and instruction set of `options`. Throws UsageError where the flags contradict
/// each other.
void apply_compute_flags(const ComputeFlags& flags, ExtractOptions& options);

}  // namespace vit_embed
