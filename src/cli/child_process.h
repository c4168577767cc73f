#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

/// How a process ended: by its exit code, or by a signal.
struct ChildEnd {
  int exit_code = 0;
  int signal = 0;  ///< 0 where it ended by itself
};

/// Runs this program once more, with these arguments, to its end. What it says on stderr goes to `on_line`,
/// line by line as it comes; stdin and stdout are ours. At a stop it is told by SIGTERM; the signals that an
/// InterruptWatch blocks here are not blocked there. Throws FatalError where it cannot be started.
ChildEnd run_this_program(const std::vector<std::string>& arguments,
                          const std::function<void(std::string_view line)>& on_line, std::stop_token stop);

}  // namespace vit_embed
