#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace vit_embed {

/// --help in two columns, 80 wide together as a terminal is, the same with every CLI11.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();

  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_subcommand(const CLI::App* command) const override;

  /// What --help says of an option, without whether it is required, for an error's message.
  static std::string line_of(const CLI::Option& option);
};

}  // namespace vit_embed
