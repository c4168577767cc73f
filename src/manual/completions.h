#pragma once

#include <string>

#include "manual/program_description.h"

namespace vit_embed {

// The shells' completions: commands, the flags of each, the values of those that have a few, and files or
// folders where these are asked for.

std::string bash_completion(const ProgramDescription& program);
std::string zsh_completion(const ProgramDescription& program);
std::string fish_completion(const ProgramDescription& program);

}  // namespace vit_embed
