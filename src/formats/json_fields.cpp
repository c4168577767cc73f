#include "formats/json_fields.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "base/file_descriptor.h"
#include "formats/digest.h"

namespace vit_embed {
namespace {

using nlohmann::json;

constexpr std::array kResampleNames{
    std::pair{Resample::nearest, "nearest"},   std::pair{Resample::lanczos, "lanczos"},
    std::pair{Resample::bilinear, "bilinear"}, std::pair{Resample::bicubic, "bicubic"},
    std::pair{Resample::box, "box"},           std::pair{Resample::hamming, "hamming"}};

template <class Enum>
Enum known(std::optional<Enum> value, const std::string& text) {
  if (!value) throw FatalError(fmt::format("unknown value '{}'", text));
  return *value;
}

/// "/fingerprints/0/dtype" as a person would say it: "fingerprints.0.dtype".
std::string spelled(const std::string& pointer) {
  std::string name = pointer.substr(1);
  for (char& c : name) c = c == '/' ? '.' : c;
  return name;
}

}  // namespace

std::string_view to_string(Resample resample) {
  for (const auto& [value, name] : kResampleNames) {
    if (resample == value) return name;
  }
  return {};
}

std::optional<Resample> resample_from_string(std::string_view text) {
  for (const auto& [resample, name] : kResampleNames) {
    if (text == name) return resample;
  }
  return std::nullopt;
}

void refuse_integer(const json& j) {
  throw FatalError(fmt::format("not as it should be: {:.60} is no whole number that fits",
                               j.dump(-1, ' ', false, json::error_handler_t::replace)));
}

json image_size_to_json(ImageSize size) {
  if (size.height == size.width) return size.height;
  return {size.height, size.width};
}

ImageSize image_size_from_json(const json& j) {
  ImageSize size;
  if (j.is_array()) {
    if (j.size() != 2) throw FatalError("its image_size is not [height, width]");
    size.height = integer_from_json<int>(j[0]);
    size.width = integer_from_json<int>(j[1]);
  } else {
    size.height = integer_from_json<int>(j);
    size.width = size.height;
  }
  if (size.height <= 0 || size.width <= 0) throw FatalError("its image_size is not positive");
  return size;
}

json preprocessing_to_json(const Preprocessing& p) {
  return {{"image_size", image_size_to_json(p.image_size)},
          {"resample", to_string(p.resample)},
          {"rescale_factor", p.rescale_factor},
          {"image_mean", p.image_mean},
          {"image_std", p.image_std}};
}

Preprocessing preprocessing_from_json(const json& j) {
  Preprocessing p;
  p.image_size = image_size_from_json(j.at("image_size"));
  const auto name = j.at("resample").get<std::string>();
  const std::optional<Resample> resample = resample_from_string(name);
  if (!resample) throw FatalError(fmt::format("unknown resample '{}'", name));
  p.resample = *resample;
  j.at("rescale_factor").get_to(p.rescale_factor);
  j.at("image_mean").get_to(p.image_mean);
  j.at("image_std").get_to(p.image_std);
  return p;
}

json fingerprint_to_json(const Fingerprint& f) {
  json j = {{"weights_sha256", f.weights_sha256},
            {"numerics_version", f.numerics_version},
            {"feature", to_string(f.feature)},
            {"l2_normalized", f.l2_normalized},
            {"dtype", to_string(f.dtype)},
            {"precision", to_string(f.precision)},
            {"preprocessing", preprocessing_to_json(f.preprocessing)},
            {"exif_orientation", f.exif_orientation_applied ? "apply" : "ignore"}};
  if (f.truncated_padded) j["truncated"] = "pad";  // the ids of others are older than this
  return j;
}

Fingerprint fingerprint_from_json(const json& j) {
  Fingerprint f;
  const auto feature = j.at("feature").get<std::string>();
  const auto dtype = j.at("dtype").get<std::string>();
  const auto precision = j.at("precision").get<std::string>();
  j.at("weights_sha256").get_to(f.weights_sha256);
  f.numerics_version = integer_from_json<int>(j.at("numerics_version"));
  f.feature = known(feature_from_string(feature), feature);
  j.at("l2_normalized").get_to(f.l2_normalized);
  f.dtype = known(element_type_from_string(dtype), dtype);
  f.precision = known(precision_from_string(precision), precision);
  f.preprocessing = preprocessing_from_json(j.at("preprocessing"));
  f.exif_orientation_applied = j.at("exif_orientation").get<std::string>() == "apply";
  f.truncated_padded = j.value("truncated", "refuse") == "pad";
  return f;
}

std::string Fingerprint::id() const {
  return sha256_hex(fingerprint_to_json(*this).dump());
}

std::string to_json(const Fingerprint& fingerprint) {
  return dump_json(fingerprint_to_json(fingerprint));
}

Fingerprint parse_fingerprint(std::string_view json) {
  return parse_json(json, fingerprint_from_json);
}

std::vector<std::string> differences(const Fingerprint& then, const Fingerprint& now) {
  return json_differences(fingerprint_to_json(then), fingerprint_to_json(now));
}

std::string to_json(const BuildInfo& build) {
  return dump_json(build_to_json(build));
}

json build_to_json(const BuildInfo& b) {
  return {{"tool_version", b.tool_version},
          {"engine", b.engine},
          {"instruction_set", b.instruction_set},
          {"libraries", b.libraries}};
}

BuildInfo build_from_json(const json& j) {
  BuildInfo b;
  j.at("tool_version").get_to(b.tool_version);
  j.at("engine").get_to(b.engine);
  j.at("instruction_set").get_to(b.instruction_set);
  j.at("libraries").get_to(b.libraries);
  return b;
}

BuildInfo build_info_from_json(std::string_view text) {
  return parse_json(text, build_from_json);
}

std::vector<std::string> json_differences(const json& then, const json& now) {
  const auto text = [](const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  const json before = then.flatten();
  const json after = now.flatten();
  std::vector<std::string> found;
  for (const auto& [pointer, value] : before.items()) {
    if (!after.contains(pointer)) {
      found.push_back(fmt::format("{}: {} then, absent now", spelled(pointer), text(value)));
    } else if (after[pointer] != value) {
      found.push_back(
          fmt::format("{}: {} then, {} now", spelled(pointer), text(value), text(after[pointer])));
    }
  }
  for (const auto& [pointer, value] : after.items()) {
    if (!before.contains(pointer))
      found.push_back(fmt::format("{}: absent then, {} now", spelled(pointer), text(value)));
  }
  return found;
}

void check_format_version(const json& j, int known_version) {
  const int version = integer_from_json<int>(j.at("format_version"));
  if (version == known_version) return;
  throw FatalError(fmt::format("of format version {}, and this program reads {}", version, known_version));
}

std::string dump_json(const json& j) {
  return j.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string read_text_file(const std::filesystem::path& path) {
  FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  std::string text(file.size(), '\0');
  text.resize(file.read_some(std::as_writable_bytes(std::span(text))));
  return text;
}

}  // namespace vit_embed
