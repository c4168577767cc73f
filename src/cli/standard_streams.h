#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace vit_embed {

/// Takes the places of stdin, stdout and stderr that our parent has closed, so that no file of ours gets one
/// of them, and with it what is meant for the other. Using one fails as before, with EBADF.
void occupy_closed_standard_streams();

/// Throws FatalError where stdout does not take all of it, now and not at the end of the process.
void write_to_stdout(std::string_view text);

/// fmt::print through write_to_stdout().
template <class... Args>
void print_out(fmt::format_string<Args...> format, Args&&... args) {
  write_to_stdout(fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace vit_embed
