#include "cli/help_formatter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "cli/option_text.h"

namespace vit_embed {
namespace {

constexpr std::size_t kLeft = 28;
constexpr std::size_t kRight = 80 - kLeft;

/// The last space up to `most` that is not within brackets, else any; npos where there is none.
std::size_t last_space(std::string_view text, std::size_t most) {
  std::size_t space = std::string_view::npos;
  bool in_brackets = false;
  for (std::size_t at = 0; at < text.size() && at <= most; ++at) {
    if (text[at] == '[') in_brackets = true;
    if (text[at] == ']') in_brackets = false;
    if (text[at] == ' ' && !in_brackets) space = at;
  }
  return space != std::string_view::npos ? space : text.rfind(' ', most);
}

/// `text` in lines of at most `width`, where it can be broken so.
std::string wrapped(std::string_view text, std::size_t width, const std::string& indent) {
  std::string out;
  while (text.size() > width) {
    const std::size_t space = last_space(text, width);
    if (space == std::string_view::npos) break;
    out += fmt::format("{}\n{}", text.substr(0, space), indent);
    text.remove_prefix(space + 1);
  }
  return out + std::string(text);
}

std::string in_columns(const std::string& left, const std::string& right) {
  const std::string indent(kLeft, ' ');
  // Two spaces at least between the columns; what leaves none has a line of its own.
  const std::string start =
      left.size() + 2 <= kLeft ? fmt::format("{:<{}}", left, kLeft) : fmt::format("{}\n{}", left, indent);
  return start + wrapped(right, kRight, indent);
}

/// "-m,--model"
std::string name_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  return fmt::format("{}", fmt::join(names, ","));
}

/// "FILE", "npy|csv|jsonl"; "" for a flag.
std::string value_of(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  const std::vector<std::string> choices = choices_of(option);
  return choices.empty() ? placeholder_of(option) : fmt::format("{}", fmt::join(choices, "|"));
}

std::string remarks_on(const CLI::Option& option) {
  std::string remarks;
  const std::string default_value = default_of(option);
  if (option.get_items_expected_max() > 0 && !default_value.empty())
    remarks += fmt::format(" [default: {}]", default_value);
  if (!option.get_envname().empty()) remarks += fmt::format(" [env: {}]", option.get_envname());
  std::string excluded;
  for (const CLI::Option* other : option.get_excludes())
    excluded += fmt::format("{}{}", excluded.empty() ? "" : ", ", other->get_name());
  if (!excluded.empty()) remarks += fmt::format(" [not with {}]", excluded);
  return remarks;
}

std::string left_of(const CLI::Option& option) {
  std::string left = "  " + (option.nonpositional() ? name_of(option) : option.get_name(true));
  const std::string value = option.nonpositional() ? value_of(option) : "";
  if (!value.empty()) left += " " + value;
  return left + (takes_several(option) ? " ..." : "");
}

std::string right_of(const CLI::Option& option) {
  return option.get_description() + remarks_on(option);
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(kLeft);
  label("SUBCOMMAND", "COMMAND");
  label("POSITIONALS", "Positionals");  // as it was called before CLI11 2.5
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string help = CLI::Formatter::make_help(app, std::move(name), mode);
  // How many lines are blank between two groups differs with CLI11's version.
  for (std::size_t at = 0; (at = help.find("\n\n\n", at)) != std::string::npos;) help.erase(at, 1);
  while (help.ends_with("\n\n")) help.pop_back();
  return help;
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  constexpr std::string_view kUsage = "Usage: ";  // which CLI11 2.5 no longer says
  std::string usage = CLI::Formatter::make_usage(app, std::move(name));
  usage.erase(0, usage.find_first_not_of('\n'));
  return fmt::format("\n{}{}", usage.starts_with(kUsage) ? "" : kUsage, usage);
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool /*is_positional*/) const {
  return in_columns(left_of(*option) + (option->get_required() ? " REQUIRED" : ""), right_of(*option)) + "\n";
}

std::string HelpFormatter::line_of(const CLI::Option& option) {
  return in_columns(left_of(option), right_of(option));
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return in_columns("  " + command->get_name(), command->get_description()) + "\n";
}

}  // namespace vit_embed
