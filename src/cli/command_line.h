#pragma once

namespace vit_embed {

/// The whole program: parses, runs one command, reports what went wrong on stderr, and returns the exit code.
/// The one place where errors are caught.
int run_command_line(int argc, char** argv);

}  // namespace vit_embed
