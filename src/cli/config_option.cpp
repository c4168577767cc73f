#include "cli/config_option.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <istream>
#include <iterator>

#include "base/error.h"
#include "base/nearest_name.h"
#include "cli/config_file.h"
#include "cli/option_text.h"

namespace vit_embed {
namespace {

/// As the file has it: "batch-size", "k", or an argument's name.
std::string key_of(const CLI::Option& option) {
  if (!option.nonpositional()) return option.get_name(true);
  return option.get_lnames().empty() ? option.get_snames().front() : option.get_lnames().front();
}

/// Puts a file's values into the program's options itself and leaves none to CLI11, which would not say in
/// which line a wrong one stands.
class ConfigReader : public CLI::Config {
 public:
  ConfigReader(CLI::App& program, FlagsFromConfig& taken) : program_(program), taken_(taken) {}

  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    taken_.file = program_.get_config_ptr()->as<std::string>();
    const std::string text(std::istreambuf_iterator<char>(input), {});
    try {
      for (const ConfigSetting& setting : parse_config(text)) apply(setting);
    } catch (const UsageError& e) {
      throw CLI::ConfigError(fmt::format("'{}', {}", taken_.file, e.what()), CLI::ExitCodes::ConfigError);
    }
    return {};
  }

 private:
  CLI::App& command_of(const ConfigSetting& setting) const {
    std::vector<std::string> names;
    for (CLI::App* command : program_.get_subcommands([](const CLI::App*) { return true; })) {
      if (command->get_name() == setting.section) return *command;
      names.push_back(command->get_name());
    }
    throw UsageError(fmt::format("line {}: there is no command [{}]{}", setting.line, setting.section,
                                 did_you_mean(setting.section, names)));
  }

  static CLI::Option& option_of(CLI::App& command, const ConfigSetting& setting) {
    std::vector<std::string> keys;
    for (CLI::Option* option : command.get_options(
             [](const CLI::Option* o) { return o->get_configurable() && !o->get_group().empty(); })) {
      keys.push_back(key_of(*option));
      if (keys.back() == setting.key) return *option;
    }
    throw UsageError(fmt::format("line {}: {} has no flag '{}'{}", setting.line, setting.section, setting.key,
                                 did_you_mean(setting.key, keys)));
  }

  /// What CLI11 would be given for it on the command line.
  static std::vector<std::string> results_of(const CLI::Option& option, const ConfigSetting& setting) {
    if (option.get_items_expected_max() > 0) {
      if (setting.is_list && !takes_several(option))
        throw UsageError(fmt::format("line {}: {} takes one value", setting.line, setting.key));
      return setting.values;
    }
    const std::string value = setting.is_list ? "a list" : setting.values.front();
    if (value == "false") return {};
    if (value == "true") return {option.get_flag_value(setting.key, value)};
    throw UsageError(fmt::format("line {}: {} is true or false, not {}", setting.line, setting.key, value));
  }

  void apply(const ConfigSetting& setting) const {
    CLI::App& command = command_of(setting);
    CLI::Option& option = option_of(command, setting);
    const std::vector<std::string> results = results_of(option, setting);
    if (!option.empty() || results.empty()) return;
    option.add_result(results);
    try {
      option.run_callback();
    } catch (const CLI::ParseError& e) {
      throw UsageError(fmt::format("line {}: {}", setting.line, e.what()));
    }
    if (command.parsed()) taken_.lines.emplace_back(option.get_name(), setting.line);
  }

  CLI::App& program_;
  FlagsFromConfig& taken_;
};

/// CLI11's own message would not say why.
std::string why_unreadable(const std::string& path) {
  if (::access(path.c_str(), R_OK) != 0)
    return fmt::format("'{}': {}{}", path, std::strerror(errno), did_you_mean(path));
  return std::filesystem::is_directory(path) ? fmt::format("'{}' is a folder", path) : "";
}

}  // namespace

void add_config_option(CLI::App& program, CommandContext& context) {
  program
      .set_config(
          "--config", "",
          "Take flags of the command from this file's [COMMAND] section, where the command line does not "
          "say them")
      ->type_name("FILE")
      ->check(why_unreadable);
  program.config_formatter(std::make_shared<ConfigReader>(program, context.from_config));
}

}  // namespace vit_embed
