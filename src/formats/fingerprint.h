#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/feature.h"
#include "formats/model_metadata.h"
#include "formats/precision.h"

namespace vit_embed {

/// Raised when a change of ours changes the numbers of a row for the same weights and options.
inline constexpr int kNumericsVersion = 1;

/// All that decides which numbers stand for an image, up to rounding. Rows of different fingerprints never
/// stand in one output.
struct Fingerprint {
  std::string weights_sha256;
  int numerics_version = kNumericsVersion;
  Feature feature = Feature::cls;
  bool l2_normalized = false;
  ElementType dtype = ElementType::float32;
  Precision precision = Precision::fp32;  ///< of the forward's products
  Preprocessing preprocessing;
  bool exif_orientation_applied = true;
  bool truncated_padded = false;  ///< images whose data end early have rows

  /// SHA-256 of the whole, hexadecimal; two fingerprints are equal when their ids are.
  std::string id() const;
  bool operator==(const Fingerprint&) const = default;
};

std::string to_json(const Fingerprint& fingerprint);
/// Throws FatalError saying what is wrong, naming no file.
Fingerprint parse_fingerprint(std::string_view json);

/// Every field in which the two differ, as "precision: "fp32" then, "int8" now".
std::vector<std::string> differences(const Fingerprint& then, const Fingerprint& now);

}  // namespace vit_embed
