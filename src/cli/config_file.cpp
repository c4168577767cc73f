#include "cli/config_file.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "base/error.h"

namespace vit_embed {
namespace {

[[noreturn]] void fail(const toml::source_region& where, std::string_view what) {
  throw UsageError(fmt::format("line {}: {}", where.begin.line, what));
}

/// As it would be typed on the command line; nothing for dates, and for what has parts.
std::optional<std::string> text_of(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* number = value.as_integer()) return fmt::format("{}", number->get());
  if (const auto* number = value.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* truth = value.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

ConfigSetting setting_of(std::string section, const toml::key& key, const toml::node& value) {
  ConfigSetting setting{.section = std::move(section),
                        .key = std::string(key.str()),
                        .values = {},
                        .line = key.source().begin.line};
  const auto add = [&](const toml::node& node) {
    std::optional<std::string> text = text_of(node);
    if (!text)
      fail(node.source(), fmt::format("{} is a text, a number, true, false, or a list of them", key.str()));
    setting.values.push_back(std::move(*text));
  };
  const toml::array* list = value.as_array();
  setting.is_list = list != nullptr;
  if (list == nullptr) {
    add(value);
  } else {
    for (const toml::node& element : *list) add(element);
  }
  return setting;
}

toml::table parse(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& e) {
    fail(e.source(), fmt::format("{} (texts stand in quotes)", e.description()));
  }
}

}  // namespace

std::vector<ConfigSetting> parse_config(std::string_view text) {
  std::vector<ConfigSetting> settings;
  for (const auto& [section, content] : parse(text)) {
    const toml::table* table = content.as_table();
    if (table == nullptr)
      fail(section.source(), fmt::format("'{}' stands before the first [command]", section.str()));
    for (const auto& [key, value] : *table)
      settings.push_back(setting_of(std::string(section.str()), key, value));
  }
  std::ranges::sort(settings, {}, &ConfigSetting::line);
  return settings;
}

}  // namespace vit_embed
