#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace vit_embed {

// The command line as data, for what is made of it: manual pages and completions. It is what --help prints.

/// What a shell may complete a value with.
enum class ValueKind {
  none,    ///< there is no value
  choice,  ///< one of a few
  file,    ///< or a directory, or what reads like one
  directory,
  other,  ///< what only the user knows
};

struct FlagDescription {
  std::vector<std::string> names;  ///< as typed, short ones first: "-m", "--model"
  std::string text;
  ValueKind kind = ValueKind::none;
  std::string placeholder;  ///< of the value: "FILE"
  std::vector<std::string> choices;
  bool comma_list = false;  ///< several choices are joined by commas
  std::string default_value;
  bool required = false;
  bool repeatable = false;
  std::string environment;  ///< the variable that says it where the flag does not
};

/// Flags under a heading; that of the first group of a command is "".
struct FlagGroup {
  std::string heading;
  std::vector<FlagDescription> flags;
};

struct ArgumentDescription {
  std::string name;  ///< "IMAGES"
  std::string text;
  ValueKind kind = ValueKind::file;
  bool required = false;
  bool repeatable = false;
};

struct CommandDescription {
  std::string name;  ///< "extract"
  std::string text;  ///< a line
  std::vector<ArgumentDescription> arguments;
  std::vector<FlagGroup> groups;

  std::vector<FlagDescription> flags() const;
};

struct ProgramDescription {
  CommandDescription program;  ///< its name, and the flags before a command
  std::vector<CommandDescription> commands;
};

ProgramDescription describe(const CLI::App& program);

}  // namespace vit_embed
