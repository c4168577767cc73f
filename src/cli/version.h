#pragma once

#include <string>

namespace vit_embed {

/// What --version prints: the program, the libraries it was built with, and the instruction set in use.
std::string version_text();

}  // namespace vit_embed
