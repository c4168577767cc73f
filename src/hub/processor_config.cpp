#include "hub/processor_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/error.h"
#include "hub/config_fields.h"

namespace vit_embed {
namespace {

using nlohmann::json;

/// Throws for a type of processor whose defaults are other than a ViT's.
void check_is_vit_processor(const ConfigFields& fields) {
  for (const char* key : {"image_processor_type", "feature_extractor_type"}) {
    const std::string type = fields.get(key, std::string());
    if (type.empty() || type.starts_with("ViTImageProcessor") || type.starts_with("ViTFeatureExtractor"))
      continue;
    throw FatalError(
        fields.describe(fmt::format("{} '{}' is not supported: only ViTImageProcessor", key, type)));
  }
}

int read_edge(const ConfigFields& fields, const json& size, const char* key) {
  const auto edge = size.find(key);
  if (edge == size.end() || !edge->is_number_unsigned() || *edge == 0 ||
      *edge > std::numeric_limits<int>::max()) {
    fields.refuse_type("size", "an integer or {\"height\", \"width\"}");
  }
  return edge->get<int>();
}

ImageSize read_size(const ConfigFields& fields, ImageSize fallback) {
  const json* size = fields.find("size");
  if (size == nullptr) return fallback;
  if (!size->is_object()) {
    const int side = fields.get("size", fallback.height);
    if (side <= 0) fields.refuse_type("size", "above zero");
    return {side, side};
  }
  if (size->contains("shortest_edge") || size->contains("longest_edge")) {
    throw FatalError(
        fields.describe("size keeps the image's proportions (shortest_edge, longest_edge): only a fixed "
                        "size is supported"));
  }
  return {read_edge(fields, *size, "height"), read_edge(fields, *size, "width")};
}

Resample read_resample(const ConfigFields& fields, Resample fallback) {
  const int number = fields.get("resample", static_cast<int>(fallback));
  if (number < 0 || number > 5) {
    throw FatalError(fields.describe(fmt::format("resample is {}: Pillow's filters are 0 to 5", number)));
  }
  return static_cast<Resample>(number);
}

/// One number a channel; a single number stands for all three, as in Transformers.
std::array<double, 3> read_channels(const ConfigFields& fields, const char* key,
                                    std::array<double, 3> fallback) {
  const json* value = fields.find(key);
  std::vector<double> numbers;
  if (value != nullptr && value->is_number()) {
    numbers.assign(3, value->get<double>());
  } else {
    numbers = fields.get(key, std::vector<double>(fallback.begin(), fallback.end()));
  }
  const bool finite = std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
  if (numbers.size() != 3 || !finite) fields.refuse_type(key, "three numbers");
  return {numbers[0], numbers[1], numbers[2]};
}

void read_normalization(const ConfigFields& fields, Preprocessing& p) {
  if (!fields.get("do_normalize", true)) {
    p.image_mean = {0, 0, 0};
    p.image_std = {1, 1, 1};
    return;
  }
  p.image_mean = read_channels(fields, "image_mean", p.image_mean);
  p.image_std = read_channels(fields, "image_std", p.image_std);
  if (std::any_of(p.image_std.begin(), p.image_std.end(), [](double x) { return x <= 0; })) {
    fields.refuse_type("image_std", "three numbers above zero");
  }
}

}  // namespace

Preprocessing read_processor_config(const std::filesystem::path& preprocessor_config_json) {
  const ConfigFields fields(preprocessor_config_json);
  check_is_vit_processor(fields);
  if (!fields.get("do_resize", true)) {
    throw FatalError(fields.describe("do_resize is false: images of one fixed size only are not supported"));
  }
  if (fields.get("do_center_crop", false)) {
    throw FatalError(fields.describe("do_center_crop is true: only a plain resize is supported"));
  }
  Preprocessing p;
  p.image_size = read_size(fields, p.image_size);
  p.resample = read_resample(fields, p.resample);
  p.rescale_factor = fields.get("do_rescale", true) ? fields.get("rescale_factor", p.rescale_factor) : 1.0;
  if (!std::isfinite(p.rescale_factor) || p.rescale_factor <= 0)
    fields.refuse_type("rescale_factor", "a number above zero");
  read_normalization(fields, p);
  return p;
}

}  // namespace vit_embed
