#include "cli/usage_problem.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "base/nearest_name.h"
#include "cli/help_formatter.h"

namespace vit_embed {
namespace {

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option :
       app.get_options([](const CLI::Option* o) { return o->nonpositional() && !o->get_group().empty(); })) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

bool is_flag(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

/// Of a word in the place of a command, or before it. `command`: which came later, if one did.
std::string unknown_before_command(const CLI::App& program, const CLI::App* command,
                                   const std::string& word) {
  if (command != nullptr && command->get_option_no_throw(word) != nullptr)
    return fmt::format("'{}' belongs behind the command: vit-embed {} {}", word, command->get_name(), word);
  std::vector<std::string> known = flags_of(program);
  for (const CLI::App* other : program.get_subcommands([](const CLI::App*) { return true; }))
    known.push_back(other->get_name());
  return fmt::format("there is no {} '{}'{}", is_flag(word) ? "flag" : "command", word,
                     did_you_mean(word, known));
}

std::string unknown_in_command(const CLI::App& program, const CLI::App& command, const std::string& word) {
  if (!is_flag(word)) return fmt::format("{}: '{}' is one argument too many", command.get_name(), word);
  const std::string name = word.substr(0, word.find('='));
  if (program.get_option_no_throw(name) != nullptr)
    return fmt::format("'{}' belongs before the command '{}'", name, command.get_name());
  return fmt::format("{} has no flag '{}'{}", command.get_name(), name,
                     did_you_mean(name, flags_of(command)));
}

std::string missing_in(const CLI::App& command) {
  std::string needs = command.get_name() + " needs";
  for (const CLI::Option* option :
       command.get_options([](const CLI::Option* o) { return o->get_required() && o->count() == 0; }))
    needs += "\n" + HelpFormatter::line_of(*option);
  return needs;
}

std::string problem_of(const CLI::App& program, const CLI::App* command, const CLI::ParseError& error,
                       const FlagsFromConfig& from_config) {
  // A mistyped flag may be why another is missing.
  if (const std::vector<std::string> words = program.remaining(); !words.empty())
    return unknown_before_command(program, command, words.front());
  if (command == nullptr) return error.what();
  if (const std::vector<std::string> words = command->remaining(); !words.empty())
    return unknown_in_command(program, *command, words.front());
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) return missing_in(*command);
  return error.what() + from_config.where(error.what());
}

}  // namespace

std::string usage_problem(const CLI::App& program, const CLI::ParseError& error,
                          const FlagsFromConfig& from_config) {
  const std::vector<const CLI::App*> commands =
      program.get_subcommands([](const CLI::App* command) { return command->parsed(); });
  const CLI::App* command = commands.empty() ? nullptr : commands.front();
  const std::string problem = problem_of(program, command, error, from_config);
  if (command == nullptr) return problem + "\n'vit-embed --help' lists the commands";
  return fmt::format("{}\n'vit-embed {} --help' lists its flags", problem, command->get_name());
}

}  // namespace vit_embed
