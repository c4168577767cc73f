#include "bench_peer.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "runtime/instruction_set.h"
#include "runtime/processors.h"

namespace vit_embed {

void add_peer_options(CLI::App& app, PeerOptions& options) {
  app.add_option("model", options.model, "Model file, made by vit-embed export")->required();
  app.add_option("--threads", options.threads, "0: as many as cores")->check(CLI::Range(0, 1024));
  app.add_option("--isa", options.isa, "Use no more than this")
      ->check(CLI::IsMember({"avx2", "avx512", "avx512-vnni", "avx512-bf16", "amx"}));
}

int threads_of(const PeerOptions& options) {
  return options.threads > 0 ? options.threads : available_processors();
}

InstructionSet isa_of(const PeerOptions& options) {
  const InstructionSet supported = supported_instruction_set();
  return std::min(supported, instruction_set_from_string(options.isa).value_or(supported));
}

void say(const nlohmann::ordered_json& answer) {
  fmt::print("{}\n", answer.dump());
  std::fflush(stdout);
}

}  // namespace vit_embed
