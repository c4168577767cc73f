#include <fmt/format.h>
#include <fmt/ranges.h>

#include "manual/completions.h"

namespace vit_embed {
namespace {

// Readline completes files itself where COMPREPLY stays empty, which takes care of quotes, '~' and spaces. It
// is told not to where none are asked for; COMP_WORDBREAKS has '=', so that --format=npy is three words.
constexpr const char* kFunctions = R"(_vit_embed_words() {
  compopt +o bashdefault +o default
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# The last word of a list with commas.
_vit_embed_list() {
  local before=''
  [[ $2 != *,* ]] || before=${2%,*},
  compopt +o bashdefault +o default -o nospace
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${2##*,}")
}
)";

constexpr const char* kMain = R"(
_vit_embed() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
    command=''
  elif [[ " ${COMP_WORDS[*]:1:COMP_CWORD - 1} " == *' -- '* ]]; then
    return
  fi
  _vit_embed_value "$command $before" "$word" && return
  case $command in
)";

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// "'extract -m' | 'extract --model'".
std::string pattern_of(const CommandDescription& command, const FlagDescription& flag) {
  std::string pattern;
  for (const std::string& name : flag.names)
    pattern += fmt::format("{}'{} {}'", pattern.empty() ? "" : " | ", command.name, name);
  return pattern;
}

std::string action_of(const FlagDescription& flag) {
  switch (flag.kind) {
    case ValueKind::choice:
      return fmt::format("{} '{}' \"$2\"", flag.comma_list ? "_vit_embed_list" : "_vit_embed_words",
                         joined(flag.choices));
    case ValueKind::directory:
      return "compopt -o dirnames +o default";
    case ValueKind::other:
      return "compopt +o bashdefault +o default";
    case ValueKind::file:
    case ValueKind::none:
      break;
  }
  return ":";
}

std::string value_function(const ProgramDescription& program) {
  std::string out =
      "\n# Of the flag before it; fails where that takes none.\n_vit_embed_value() {\n  case $1 in\n";
  for (const CommandDescription& command : program.commands) {
    for (const FlagDescription& flag : command.flags()) {
      if (flag.kind == ValueKind::none) continue;
      out += fmt::format("    {}) {} ;;\n", pattern_of(command, flag), action_of(flag));
    }
  }
  return out + "    *) return 1 ;;\n  esac\n}\n";
}

std::vector<std::string> flag_names(const CommandDescription& command) {
  std::vector<std::string> names;
  for (const FlagDescription& flag : command.flags())
    names.insert(names.end(), flag.names.begin(), flag.names.end());
  return names;
}

/// What stands where no flag's value does: flags, once a '-' is there, or an argument.
std::string words_of_command(const CommandDescription& command) {
  const std::string arguments =
      command.arguments.front().kind == ValueKind::directory ? " || compopt -o dirnames +o default" : "";
  return fmt::format("    {})\n      [[ $word == -* ]] && _vit_embed_words '{}' \"$word\"{} ;;\n",
                     command.name, joined(flag_names(command)), arguments);
}

std::string words_of_program(const ProgramDescription& program) {
  std::vector<std::string> names;
  for (const CommandDescription& command : program.commands) names.push_back(command.name);
  return fmt::format(
      "    '')\n      if [[ $word == -* ]]; then\n        _vit_embed_words '{}' \"$word\"\n      else\n"
      "        _vit_embed_words '{}' \"$word\"\n      fi ;;\n",
      joined(flag_names(program.program)), joined(names));
}

}  // namespace

std::string bash_completion(const ProgramDescription& program) {
  std::string out = "# bash completion for vit-embed, made from its own command line.\n\n";
  out += kFunctions;
  out += value_function(program);
  out += kMain;
  out += words_of_program(program);
  for (const CommandDescription& command : program.commands) out += words_of_command(command);
  out += "    *) compopt +o bashdefault +o default ;;\n  esac\n}\n\n";
  return out + "complete -o bashdefault -o default -F _vit_embed vit-embed\n";
}

}  // namespace vit_embed
