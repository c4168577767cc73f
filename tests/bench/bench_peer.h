#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "formats/instruction_set.h"

namespace CLI {
class App;
}

// A peer of scripts/bench/forward.py answers lines of stdin, a request each, with lines of JSON on stdout.
// Its first line comes when it is ready, or says {"refused": why}, and then the peer ends.

namespace vit_embed {

struct PeerOptions {
  std::string model;  ///< a file of `vit-embed export`
  int threads = 0;    ///< 0: as many as the program itself would take
  std::string isa;    ///< "" for the processor's
};

void add_peer_options(CLI::App& app, PeerOptions& options);

int threads_of(const PeerOptions& options);
InstructionSet isa_of(const PeerOptions& options);

/// One line, at once.
void say(const nlohmann::ordered_json& answer);

}  // namespace vit_embed
