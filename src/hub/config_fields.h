#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "formats/image_size.h"

// For this layer's .cpp files only.

namespace vit_embed {

/// The fields of one of the Hub's JSON files. A field that is absent or null takes the default; one of
/// another type is a FatalError that names the file, the key and what stands there.
class ConfigFields {
 public:
  /// Throws FatalError naming the file: not there, not JSON, not an object.
  explicit ConfigFields(std::filesystem::path path);

  int get(std::string_view key, int fallback) const;
  /// A number for both sides or [height, width], as Transformers takes sizes.
  ImageSize get(std::string_view key, ImageSize fallback) const;
  double get(std::string_view key, double fallback) const;
  bool get(std::string_view key, bool fallback) const;
  std::string get(std::string_view key, const std::string& fallback) const;
  std::vector<double> get(std::string_view key, std::vector<double> fallback) const;
  std::vector<std::string> get(std::string_view key, std::vector<std::string> fallback) const;

  /// Null where the key is absent or null.
  const nlohmann::json* find(std::string_view key) const;
  /// "'DIR/config.json': " and the reason, to be thrown as a FatalError.
  std::string describe(std::string_view reason) const;
  /// The FatalError for a field of a type other than `expected` ("an integer").
  [[noreturn]] void refuse_type(std::string_view key, std::string_view expected) const;

 private:
  int to_int(std::string_view key, const nlohmann::json& value) const;

  std::filesystem::path path_;
  nlohmann::json json_;
};

}  // namespace vit_embed
