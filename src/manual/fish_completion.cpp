#include <fmt/format.h>
#include <fmt/ranges.h>

#include "manual/completions.h"

namespace vit_embed {
namespace {

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

/// Where the first argument is `command`. fish's own __fish_seen_subcommand_from would take a value for it.
std::string condition_of(const std::string& command) {
  return command.empty() ? "__vit_embed_no_command" : fmt::format("'__vit_embed_command_is {}'", command);
}

std::string value_of(const FlagDescription& flag) {
  switch (flag.kind) {
    case ValueKind::none:
      return "";
    case ValueKind::choice:
      return flag.comma_list ? fmt::format(" -x -a '(__fish_append , {})'", fmt::join(flag.choices, " "))
                             : fmt::format(" -x -a '{}'", fmt::join(flag.choices, " "));
    case ValueKind::file:
      return " -r -F";
    case ValueKind::directory:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::other:
      break;
  }
  return " -x";
}

std::string line_of(const std::string& command, const FlagDescription& flag) {
  std::string out = fmt::format("complete -c vit-embed -n {}", condition_of(command));
  for (const std::string& name : flag.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  return out + fmt::format("{} -d {}\n", value_of(flag), quoted(flag.text));
}

}  // namespace

std::string fish_completion(const ProgramDescription& program) {
  std::string out = R"(# fish completion for vit-embed, made from its own command line.

function __vit_embed_no_command
    test (count (commandline -opc)) -eq 1
end

function __vit_embed_command_is
    set -l words (commandline -opc)
    test (count $words) -gt 1 -a "$words[2]" = $argv[1]
end

complete -c vit-embed -f
)";
  for (const FlagDescription& flag : program.program.flags()) out += line_of("", flag);
  for (const CommandDescription& command : program.commands)
    out += fmt::format("complete -c vit-embed -n {} -a {} -d {}\n", condition_of(""), command.name,
                       quoted(command.text));
  for (const CommandDescription& command : program.commands) {
    out += '\n';
    for (const FlagDescription& flag : command.flags()) out += line_of(command.name, flag);
    out += fmt::format(
        "complete -c vit-embed -n {} {}\n", condition_of(command.name),
        command.arguments.front().kind == ValueKind::directory ? "-a '(__fish_complete_directories)'" : "-F");
  }
  return out;
}

}  // namespace vit_embed
