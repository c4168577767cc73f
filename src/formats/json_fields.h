#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "formats/bounded_json.h"
#include "formats/fingerprint.h"
#include "formats/meta.h"

// How the structs that several formats share look in JSON. For this folder's .cpp files only.

namespace vit_embed {

/// Throws FatalError, naming no file, that says what stands where a whole number should.
[[noreturn]] void refuse_integer(const nlohmann::json& json);

/// A whole number that the type holds; nlohmann's own conversion would cut any number until it fits.
template <std::integral Integer>
Integer integer_from_json(const nlohmann::json& json) {
  const bool fits = json.is_number_unsigned()
                        ? std::in_range<Integer>(json.get<std::uint64_t>())
                        : json.is_number_integer() && std::in_range<Integer>(json.get<std::int64_t>());
  if (!fits) refuse_integer(json);
  return json.get<Integer>();
}

template <std::integral Integer>
std::vector<Integer> integers_from_json(const nlohmann::json& json) {
  if (!json.is_array()) refuse_integer(json);
  std::vector<Integer> numbers;
  for (const nlohmann::json& number : json) numbers.push_back(integer_from_json<Integer>(number));
  return numbers;
}

/// A number for a square, else [height, width].
nlohmann::json image_size_to_json(ImageSize size);
/// Throws FatalError, naming no file, where a side is not above zero.
ImageSize image_size_from_json(const nlohmann::json& json);

nlohmann::json preprocessing_to_json(const Preprocessing& preprocessing);
Preprocessing preprocessing_from_json(const nlohmann::json& json);

nlohmann::json fingerprint_to_json(const Fingerprint& fingerprint);
Fingerprint fingerprint_from_json(const nlohmann::json& json);

nlohmann::json build_to_json(const BuildInfo& build);
BuildInfo build_from_json(const nlohmann::json& json);

/// Every value in which the two differ, as "batch_size: 8 then, 4 now".
std::vector<std::string> json_differences(const nlohmann::json& then, const nlohmann::json& now);

/// Throws FatalError, naming neither file nor format, where `format_version` is not `known`.
void check_format_version(const nlohmann::json& json, int known);

/// Serialised for people and machines; bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const nlohmann::json& json);

/// The whole of a small file. Throws FatalError naming it.
std::string read_text_file(const std::filesystem::path& path);

/// `convert(json)` of a text; whatever is wrong with it becomes a FatalError that does not name the file.
template <class Convert>
auto parse_json(std::string_view text, Convert convert) {
  try {
    return convert(nlohmann::json::parse(text, refuse_deep_json));
  } catch (const nlohmann::json::exception& e) {
    throw FatalError(std::string("not as it should be: ") + e.what());
  }
}

/// The same of a whole file; the FatalError names it.
template <class Convert>
auto parse_json_file(const std::filesystem::path& path, Convert convert) {
  const std::string text = read_text_file(path);
  try {
    return parse_json(text, convert);
  } catch (const FatalError& e) {
    throw FatalError("'" + path.native() + "': " + e.what());
  }
}

}  // namespace vit_embed
