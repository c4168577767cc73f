#include "formats/feature.h"

namespace vit_embed {

std::string_view to_string(Feature feature) {
  switch (feature) {
    case Feature::cls:
      return "cls";
    case Feature::pooler:
      return "pooler";
    case Feature::mean:
      return "mean";
    case Feature::tokens:
      return "tokens";
  }
  return {};
}

std::optional<Feature> feature_from_string(std::string_view text) {
  for (const Feature feature : kFeatures) {
    if (text == to_string(feature)) return feature;
  }
  return std::nullopt;
}

std::string_view to_string(ElementType type) {
  return type == ElementType::float32 ? "float32" : "float16";
}

std::optional<ElementType> element_type_from_string(std::string_view text) {
  for (const ElementType type : {ElementType::float32, ElementType::float16}) {
    if (text == to_string(type)) return type;
  }
  return std::nullopt;
}

std::size_t element_size(ElementType type) {
  return type == ElementType::float32 ? 4 : 2;
}

}  // namespace vit_embed
