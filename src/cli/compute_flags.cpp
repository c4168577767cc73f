#include "cli/compute_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"

namespace vit_embed {

void add_compute_flags(CLI::App& command, ComputeFlags& flags) {
  command
      .add_option(
          "--engine", flags.engine,
          "native (ours), torchscript (the file's own graph), or auto: native where it takes the file")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "native", "torchscript"}))
      ->group("Run");
  command
      .add_option("--precision", flags.precision, "Of the forward's products: fp32; bf16 and int8 are faster")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp32", "bf16", "int8"}))
      ->group("Run");
  command
      .add_option("--isa", flags.isa, "The native engine uses no more than this; the processor's unless told")
      ->check(CLI::IsMember({"avx2", "avx512", "avx512-vnni", "avx512-bf16", "amx"}))
      ->group("Run");
}

void apply_compute_flags(const ComputeFlags& flags, ExtractOptions& options) {
  options.engine = flags.engine == "native"        ? EngineChoice::native
                   : flags.engine == "torchscript" ? EngineChoice::torchscript
                                                   : EngineChoice::automatic;
  options.precision = *precision_from_string(flags.precision);
  if (!flags.isa.empty()) options.isa = *instruction_set_from_string(flags.isa);
  if (options.engine != EngineChoice::torchscript) return;
  if (options.precision != Precision::fp32) {
    throw UsageError(fmt::format("--precision {} needs the native engine: --engine torchscript has fp32 only",
                                 flags.precision));
  }
  if (!flags.isa.empty()) throw UsageError("--isa bounds the native engine: not with --engine torchscript");
}

}  // namespace vit_embed
