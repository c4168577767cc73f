#pragma once

#include <string>
#include <vector>

namespace CLI {
class Option;
}

namespace vit_embed {

// What --help, the manual and the completions say of an option and its value.

/// "FILE", of what CLI11 tells as "FILE:CHECK:CHECK".
std::string placeholder_of(const CLI::Option& option);

/// Of one that takes one of a few values; else none.
std::vector<std::string> choices_of(const CLI::Option& option);

/// As typed; "" where there is none.
std::string default_of(const CLI::Option& option);

/// Whether it may be given any number of times, or takes any number of values.
bool takes_several(const CLI::Option& option);

}  // namespace vit_embed
