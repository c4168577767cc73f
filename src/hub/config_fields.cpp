#include "hub/config_fields.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "formats/bounded_json.h"

namespace vit_embed {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLargestConfig = 16 << 20;  // the Hub's are hundreds of bytes, label names included

std::string read_whole(const std::filesystem::path& path) {
  FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  const std::uint64_t size = file.size();
  if (size > kLargestConfig)
    throw FatalError(fmt::format("'{}': too large for a configuration", path.native()));
  std::string text(size, '\0');
  text.resize(file.read_some(std::as_writable_bytes(std::span(text))));
  return text;
}

}  // namespace

ConfigFields::ConfigFields(std::filesystem::path path) : path_(std::move(path)) {
  const std::string text = read_whole(path_);
  try {
    json_ = json::parse(text, refuse_deep_json, /*allow_exceptions=*/false);
  } catch (const FatalError& e) {
    throw FatalError(describe(e.what()));
  }
  if (json_.is_discarded()) throw FatalError(describe("not JSON"));
  if (!json_.is_object()) throw FatalError(describe("not a JSON object"));
}

const json* ConfigFields::find(std::string_view key) const {
  const auto field = json_.find(key);
  return field == json_.end() || field->is_null() ? nullptr : &*field;
}

std::string ConfigFields::describe(std::string_view reason) const {
  return fmt::format("'{}': {}", path_.native(), reason);
}

void ConfigFields::refuse_type(std::string_view key, std::string_view expected) const {
  const json* value = find(key);
  const std::string text =
      value == nullptr ? "nothing" : value->dump(-1, ' ', false, json::error_handler_t::replace);
  throw FatalError(describe(fmt::format("{} must be {}, not {:.60}", key, expected, text)));
}

int ConfigFields::to_int(std::string_view key, const json& value) const {
  if (!value.is_number_integer()) refuse_type(key, "an integer");
  const bool too_large =
      value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<int>::max();
  const auto number = value.get<std::int64_t>();
  if (too_large || number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
    refuse_type(key, "an integer of 32 bits");
  }
  return static_cast<int>(number);
}

int ConfigFields::get(std::string_view key, int fallback) const {
  const json* value = find(key);
  return value == nullptr ? fallback : to_int(key, *value);
}

ImageSize ConfigFields::get(std::string_view key, ImageSize fallback) const {
  const json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_array()) {
    const int side = to_int(key, *value);
    return {side, side};
  }
  if (value->size() != 2) refuse_type(key, "an integer or [height, width]");
  return {to_int(key, (*value)[0]), to_int(key, (*value)[1])};
}

double ConfigFields::get(std::string_view key, double fallback) const {
  const json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_number()) refuse_type(key, "a number");
  return value->get<double>();
}

bool ConfigFields::get(std::string_view key, bool fallback) const {
  const json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse_type(key, "true or false");
  return value->get<bool>();
}

std::string ConfigFields::get(std::string_view key, const std::string& fallback) const {
  const json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_string()) refuse_type(key, "a string");
  return value->get<std::string>();
}

std::vector<double> ConfigFields::get(std::string_view key, std::vector<double> fallback) const {
  const json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_array()) refuse_type(key, "a list of numbers");
  std::vector<double> numbers;
  for (const json& element : *value) {
    if (!element.is_number()) refuse_type(key, "a list of numbers");
    numbers.push_back(element.get<double>());
  }
  return numbers;
}

std::vector<std::string> ConfigFields::get(std::string_view key, std::vector<std::string> fallback) const {
  const json* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_array()) refuse_type(key, "a list of strings");
  std::vector<std::string> strings;
  for (const json& element : *value) {
    if (!element.is_string()) refuse_type(key, "a list of strings");
    strings.push_back(element.get<std::string>());
  }
  return strings;
}

}  // namespace vit_embed
