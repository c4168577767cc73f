#include "manual/program_description.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "cli/option_text.h"

namespace vit_embed {
namespace {

ValueKind kind_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return ValueKind::none;
  if (!choices_of(option).empty()) return ValueKind::choice;
  const std::string placeholder = placeholder_of(option);
  return placeholder == "FILE"  ? ValueKind::file
         : placeholder == "DIR" ? ValueKind::directory
                                : ValueKind::other;
}

FlagDescription describe_flag(const CLI::Option& option) {
  FlagDescription flag;
  for (const std::string& name : option.get_snames()) flag.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flag.names.push_back("--" + name);
  flag.text = option.get_description();
  flag.kind = kind_of(option);
  if (flag.kind == ValueKind::none) return flag;
  flag.placeholder = placeholder_of(option);
  flag.choices = choices_of(option);
  flag.comma_list = option.get_delimiter() == ',' && takes_several(option);
  flag.default_value = default_of(option);
  flag.required = option.get_required();
  flag.repeatable = takes_several(option) && !flag.comma_list;
  flag.environment = option.get_envname();
  return flag;
}

ArgumentDescription describe_argument(const CLI::Option& option) {
  return {.name = option.get_name(true),
          .text = option.get_description(),
          .kind = kind_of(option),
          .required = option.get_required(),
          .repeatable = takes_several(option)};
}

FlagGroup describe_group(const CLI::App& command, const std::string& name) {
  FlagGroup group{.heading = name, .flags = {}};
  for (const CLI::Option* option : command.get_options(
           [&name](const CLI::Option* o) { return !o->get_positional() && o->get_group() == name; })) {
    group.flags.push_back(describe_flag(*option));
  }
  return group;
}

CommandDescription describe_command(const CLI::App& command) {
  const std::string text = command.get_description();
  CommandDescription description{
      .name = command.get_name(), .text = text.substr(0, text.find('\n')), .arguments = {}, .groups = {}};
  for (const CLI::Option* option :
       command.get_options([](const CLI::Option* o) { return o->get_positional(); }))
    description.arguments.push_back(describe_argument(*option));
  for (const std::string& name : command.get_groups()) {
    if (!name.empty()) description.groups.push_back(describe_group(command, name));  // those of "" are hidden
  }
  if (!description.groups.empty()) description.groups.front().heading.clear();  // CLI11's, of what is in none
  return description;
}

}  // namespace

std::vector<FlagDescription> CommandDescription::flags() const {
  std::vector<FlagDescription> all;
  for (const FlagGroup& group : groups) all.insert(all.end(), group.flags.begin(), group.flags.end());
  return all;
}

ProgramDescription describe(const CLI::App& program) {
  ProgramDescription description{.program = describe_command(program), .commands = {}};
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
    description.commands.push_back(describe_command(*command));
  return description;
}

}  // namespace vit_embed
