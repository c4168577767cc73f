#include <fmt/format.h>
#include <fmt/ranges.h>

#include "manual/completions.h"

namespace vit_embed {
namespace {

/// Within single quotes, with a backslash before each of `special`.
std::string quoted(std::string_view text, std::string_view special = "") {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (special.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string action_of(ValueKind kind) {
  return kind == ValueKind::directory ? "_files -/" : "_files";
}

/// ":FILE:_files".
std::string value_of(const FlagDescription& flag) {
  switch (flag.kind) {
    case ValueKind::none:
      return "";
    case ValueKind::choice:
      if (flag.comma_list) return fmt::format(":values:_values -s , value {}", fmt::join(flag.choices, " "));
      return fmt::format(":value:({})", fmt::join(flag.choices, " "));
    case ValueKind::other:
      return fmt::format(":{}: ", quoted(flag.placeholder, ":\\"));
    case ValueKind::file:
    case ValueKind::directory:
      break;
  }
  return fmt::format(":{}:{}", flag.placeholder, action_of(flag.kind));
}

/// A name with what stands between it and its value: -k 10 or -k10, --format npy or --format=npy.
std::string name_of(const FlagDescription& flag, const std::string& name) {
  if (flag.kind == ValueKind::none) return name;
  return name + (name.starts_with("--") ? "=" : "+");
}

/// _arguments' way of a flag: "'(-m --model)'{-m+,--model=}'[text]:FILE:_files'".
std::string spec_of(const FlagDescription& flag) {
  const std::string tail = fmt::format("[{}]{}'", quoted(flag.text, "[]\\"), value_of(flag));
  const std::string star = flag.repeatable ? "*" : "";
  if (flag.names.size() == 1) return fmt::format("'{}{}{}", star, name_of(flag, flag.names.front()), tail);
  std::vector<std::string> names;
  for (const std::string& name : flag.names) names.push_back(name_of(flag, name));
  const std::string excluded = flag.repeatable ? star : fmt::format("({})", fmt::join(flag.names, " "));
  return fmt::format("'{}'{{{}}}'{}", excluded, fmt::join(names, ","), tail);
}

std::string specs_of(const CommandDescription& command) {
  std::string out;
  for (const FlagDescription& flag : command.flags()) out += fmt::format(" \\\n        {}", spec_of(flag));
  for (const ArgumentDescription& argument : command.arguments)
    out += fmt::format(" \\\n        '{}:{}:{}'", argument.repeatable ? "*" : "", argument.name,
                       action_of(argument.kind));
  return out;
}

}  // namespace

std::string zsh_completion(const ProgramDescription& program) {
  std::string out =
      "#compdef vit-embed\n# zsh completion for vit-embed, made from its own command line.\n\n"
      "local curcontext=$curcontext state state_descr line\ntypeset -A opt_args\n\n_arguments -C";
  for (const FlagDescription& flag : program.program.flags()) out += fmt::format(" \\\n  {}", spec_of(flag));
  out +=
      " \\\n  '1:command:->command' \\\n  '*::argument:->arguments' && return\n\ncase $state in\n  "
      "command)\n";
  out += "    local -a commands=(";
  for (const CommandDescription& command : program.commands)
    out += fmt::format("\n      '{}:{}'", command.name, quoted(command.text, ":\\"));
  out +=
      "\n    )\n    _describe command commands ;;\n  arguments)\n    "
      "curcontext=${curcontext%:*}-$words[1]:\n";
  out += "    case $words[1] in\n";
  for (const CommandDescription& command : program.commands)
    out += fmt::format("      {})\n        _arguments -s -S{} ;;\n", command.name, specs_of(command));
  return out + "    esac ;;\nesac\n";
}

}  // namespace vit_embed
