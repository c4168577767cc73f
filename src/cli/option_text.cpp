#include "cli/option_text.h"

#include <CLI/CLI.hpp>

namespace vit_embed {

std::string placeholder_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

std::vector<std::string> choices_of(const CLI::Option& option) {
  // Only an IsMember tells its values in this form: "TYPE:{a,b}".
  const std::string type = option.get_type_name();
  const std::size_t start = type.find(":{");
  if (start == std::string::npos) return {};
  const std::size_t end = type.find('}', start);
  return CLI::detail::split(type.substr(start + 2, end - start - 2), ',');
}

std::string default_of(const CLI::Option& option) {
  const std::string text = option.get_default_str();
  return text.starts_with('[') ? text.substr(1, text.size() - 2) : text;  // that of several is "[cls]"
}

bool takes_several(const CLI::Option& option) {
  return option.get_expected_max() >= CLI::detail::expected_max_vector_size;
}

}  // namespace vit_embed
