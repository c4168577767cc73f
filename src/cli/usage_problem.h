#pragma once

#include <string>

#include "cli/flags_from_config.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace vit_embed {

/// What is wrong with the command line that `error` was thrown for, and what --help tells about it: CLI11's
/// own words, but what is not known or is missing is told with what might have been meant.
std::string usage_problem(const CLI::App& program, const CLI::ParseError& error,
                          const FlagsFromConfig& from_config);

}  // namespace vit_embed
