#include "formats/precision.h"

#include <array>

namespace vit_embed {
namespace {

constexpr std::array kPrecisions{Precision::fp32, Precision::bf16, Precision::int8};

}  // namespace

std::string_view to_string(Precision precision) {
  switch (precision) {
    case Precision::bf16:
      return "bf16";
    case Precision::int8:
      return "int8";
    case Precision::fp32:
      break;
  }
  return "fp32";
}

std::optional<Precision> precision_from_string(std::string_view text) {
  for (const Precision precision : kPrecisions) {
    if (to_string(precision) == text) return precision;
  }
  return std::nullopt;
}

}  // namespace vit_embed
